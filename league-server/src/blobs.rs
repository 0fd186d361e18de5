//! Policies and replays as files, named by the SHA-256 of what they hold.
//!
//! A name says what is inside, so a file is never changed, the same policy is kept once, and reading checks itself.
//! A file that no row names (the server was killed between the two) is harmless.

use anyhow::Context;
use sim_spec::Sha256Hex;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The folder of the blobs. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    root: Arc<Path>,
}

impl Blobs {
    /// The blobs in `root`, which is made if it is missing.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(root.join("incoming"))?;
        // What an earlier process left half written. No other process is harmed: one that is writing at this moment
        // sees its rename fail, and says so to its caller, who has not been answered yet.
        for left in fs::read_dir(root.join("incoming"))? {
            let left = left?;
            let age = left.metadata()?.modified()?.elapsed().unwrap_or_default();
            if age > std::time::Duration::from_secs(3600) {
                fs::remove_file(left.path())?;
            }
        }
        Ok(Self { root: root.into() })
    }

    /// Keeps `bytes` and gives their name. When this returns, they survive a loss of power.
    pub async fn put(&self, bytes: Vec<u8>) -> anyhow::Result<Sha256Hex> {
        let root = self.root.clone();
        tokio::task::spawn_blocking(move || put(&root, &bytes)).await?
    }

    /// The bytes of that name; `None` if there are none, or if the file is not what its name says: that is logged, and
    /// [`put`](Self::put) mends it.
    pub async fn get(&self, name: Sha256Hex) -> anyhow::Result<Option<Vec<u8>>> {
        let path = folder_of(&self.root, name).join(name.to_string());
        tokio::task::spawn_blocking(move || {
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error).context("reading a blob"),
            };
            if Sha256Hex::of(&bytes) != name {
                tracing::error!(%name, "a blob was changed on disk");
                return Ok(None);
            }
            Ok(Some(bytes))
        })
        .await?
    }
}

/// Write aside, flush, rename, flush the folders: at every moment the name has the whole content or does not exist.
fn put(root: &Path, bytes: &[u8]) -> anyhow::Result<Sha256Hex> {
    let name = Sha256Hex::of(bytes);
    let folder = folder_of(root, name);
    let path = folder.join(name.to_string());
    if fs::read(&path).map_or(true, |kept| kept != bytes) {
        let aside = root.join("incoming").join(crate::ids::new("blob"));
        let mut file = File::create_new(&aside).context("creating a blob")?;
        file.write_all(bytes).context("writing a blob")?;
        file.sync_all().context("flushing a blob")?;
        if !folder.exists() {
            fs::create_dir_all(&folder).context("making a folder for blobs")?;
            File::open(root)?.sync_all().context("flushing the folder of the blobs")?;
        }
        fs::rename(&aside, &path).context("naming a blob")?;
    }
    // Also when the file was there already: whoever wrote it may have died before this line.
    File::open(&folder)?.sync_all().context("flushing a folder of blobs")?;
    Ok(name)
}

/// 256 folders, so that none grows too long to list.
fn folder_of(root: &Path, name: Sha256Hex) -> PathBuf {
    root.join(format!("{:02x}", name.as_bytes()[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_can_be_got_and_is_kept_once() {
        let home = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(home.path().join("blobs")).unwrap();
        let name = blobs.put(b"a policy".to_vec()).await.unwrap();
        assert_eq!(blobs.put(b"a policy".to_vec()).await.unwrap(), name);
        assert_eq!(blobs.get(name).await.unwrap().as_deref(), Some(&b"a policy"[..]));
        assert_eq!(blobs.get(Sha256Hex::of(b"another")).await.unwrap(), None);
        assert_eq!(fs::read_dir(home.path().join("blobs/incoming")).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_file_that_was_changed_is_not_believed_and_can_be_mended() {
        let home = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(home.path().to_owned()).unwrap();
        let name = blobs.put(b"a policy".to_vec()).await.unwrap();
        fs::write(folder_of(home.path(), name).join(name.to_string()), b"a bolicy").unwrap();
        assert_eq!(blobs.get(name).await.unwrap(), None);
        blobs.put(b"a policy".to_vec()).await.unwrap();
        assert_eq!(blobs.get(name).await.unwrap().as_deref(), Some(&b"a policy"[..]));
    }
}
