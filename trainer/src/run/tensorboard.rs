//! TensorBoard's event files: the curves of a run, in the format that TensorBoard reads while they are written.
//!
//! A file is a row of records: length, checksum of the length, an `Event` as protocol buffer, checksum of the event. The
//! format is TensorFlow's `tsl/lib/io/record_writer.h`, `tsl/lib/hash/crc32c.h` (the mask) and `core/util/event.proto`; of
//! the latter only the fields that are written stand here.
//!
//! A run that goes on from its checkpoint writes into a new file, which begins by saying from which step on it counts:
//! TensorBoard then forgets what an earlier file says about later steps.

use crate::failure::{Failure, not_done};
use prost::Message;
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// What TensorBoard knows its files by.
const PREFIX: &str = "events.out.tfevents.";
/// The first event of every file says that it has this form. From version 2 on, a restart is told by its session log.
const FILE_VERSION: &str = "brain.Event:2";
/// Added to a rotated checksum, so that the checksum of data that holds checksums is not trivial.
const CRC_MASK: u32 = 0xa282_ead8;
/// `DT_STRING` of TensorFlow's `types.proto`.
const STRING: i32 = 7;
/// `DATA_CLASS_TENSOR` of `summary.proto`.
const TENSOR_CLASS: i32 = 2;
/// `SessionLog.START` of `event.proto`.
const START: i32 = 1;

#[derive(Clone, PartialEq, Message)]
struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(oneof = "What", tags = "3, 5, 7")]
    what: Option<What>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum What {
    #[prost(string, tag = "3")]
    FileVersion(String),
    #[prost(message, tag = "5")]
    Summary(Summary),
    #[prost(message, tag = "7")]
    SessionLog(SessionLog),
}

#[derive(Clone, PartialEq, Message)]
struct SessionLog {
    #[prost(int32, tag = "1")]
    status: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    values: Vec<SummaryValue>,
}

#[derive(Clone, PartialEq, Message)]
struct SummaryValue {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
    #[prost(message, optional, tag = "8")]
    tensor: Option<Tensor>,
    #[prost(message, optional, tag = "9")]
    metadata: Option<Metadata>,
}

#[derive(Clone, PartialEq, Message)]
struct Tensor {
    #[prost(int32, tag = "1")]
    dtype: i32,
    #[prost(bytes = "vec", repeated, tag = "8")]
    texts: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(message, optional, tag = "1")]
    plugin: Option<Plugin>,
    #[prost(int32, tag = "4")]
    data_class: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Plugin {
    #[prost(string, tag = "1")]
    name: String,
}

/// Writes the events of a run. Every call writes whole records in one go, so a process that is killed leaves at worst a
/// last record that TensorBoard waits for in vain; it reads everything before it, and the files that follow.
pub struct EventWriter {
    path: PathBuf,
    file: File,
}

impl EventWriter {
    /// A new file in `folder`. `resumed_at`: the step of the checkpoint that the run goes on from; what an earlier file
    /// says about later steps does not count any more.
    pub fn open(folder: &Path, resumed_at: Option<u64>) -> Result<Self, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // TensorBoard reads files in the order of their names.
        let number = newest(folder).map_or(now.as_secs(), |newest| now.as_secs().max(newest + 1));
        let path = folder.join(format!("{PREFIX}{number:010}.paddock"));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        let mut writer = Self { file: file.map_err(|error| not_done(path.display(), error))?, path };
        let secs = now.as_secs_f64();
        writer.write(secs, 0, What::FileVersion(FILE_VERSION.into()))?;
        if let Some(step) = resumed_at {
            writer.write(secs, step + 1, What::SessionLog(SessionLog { status: START }))?;
        }
        Ok(writer)
    }

    /// Numbers at a step, as `(tag, value)`; TensorBoard groups tags by what stands before their first `/`.
    pub fn scalars(&mut self, step: u64, secs_since_epoch: f64, scalars: &[(&str, f64)]) -> Result<(), Failure> {
        let value = |(tag, value): &(&str, f64)| SummaryValue {
            tag: (*tag).into(),
            simple_value: Some(*value as f32),
            ..SummaryValue::default()
        };
        let values = scalars.iter().map(value).collect();
        self.write(secs_since_epoch, step, What::Summary(Summary { values }))
    }

    /// A text, as Markdown: the settings of a run.
    pub fn text(&mut self, step: u64, secs_since_epoch: f64, tag: &str, text: &str) -> Result<(), Failure> {
        let value = SummaryValue {
            tag: tag.into(),
            tensor: Some(Tensor { dtype: STRING, texts: vec![text.into()] }),
            metadata: Some(Metadata { plugin: Some(Plugin { name: "text".into() }), data_class: TENSOR_CLASS }),
            ..SummaryValue::default()
        };
        self.write(secs_since_epoch, step, What::Summary(Summary { values: vec![value] }))
    }

    /// Returns when all that was written is on disk.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.file.sync_data().map_err(|error| not_done(self.path.display(), error))
    }

    fn write(&mut self, wall_time: f64, step: u64, what: What) -> Result<(), Failure> {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let record = record(&Event { wall_time, step, what: Some(what) }.encode_to_vec());
        self.file.write_all(&record).map_err(|error| not_done(self.path.display(), error))
    }
}

/// The number of the newest event file in a folder.
fn newest(folder: &Path) -> Option<u64> {
    let number =
        |entry: fs::DirEntry| entry.file_name().to_str()?.strip_prefix(PREFIX)?.split('.').next()?.parse().ok();
    fs::read_dir(folder).ok()?.flatten().filter_map(number).max()
}

/// A record: the length of `data` with its checksum, `data` with its checksum.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length[..], &masked_crc(&length), data, &masked_crc(data)].concat()
}

/// CRC-32C, rotated and masked.
fn masked_crc(data: &[u8]) -> [u8; 4] {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(CRC_MASK).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of a file; panics on a wrong checksum.
    fn events(path: &Path) -> Vec<Event> {
        let bytes = fs::read(path).unwrap();
        let mut rest = &bytes[..];
        let mut events = Vec::new();
        while !rest.is_empty() {
            let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
            let data = &rest[12..12 + length];
            assert_eq!(rest[..16 + length], record(data));
            events.push(Event::decode(data).unwrap());
            rest = &rest[16 + length..];
        }
        events
    }

    #[test]
    fn a_record_has_the_bytes_that_tensorflow_writes() {
        let event = Event { wall_time: 0.0, step: 0, what: Some(What::FileVersion(FILE_VERSION.into())) };
        // Field 3, a text of 13 bytes: 0x1a 0x0d; zeros are left out.
        assert_eq!(event.encode_to_vec(), b"\x1a\x0dbrain.Event:2");
        // RFC 3720, B.4: 32 bytes of zeros have the CRC 8a9136aa. Rotated by 15 bits 6d551522, with the mask 0fd7fffa.
        assert_eq!(u32::from_le_bytes(masked_crc(&[0; 32])), 0x0fd7_fffa);
    }

    #[test]
    fn a_run_and_its_resumption_are_two_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = EventWriter::open(folder.path(), None).unwrap();
        first.scalars(100, 1.5, &[("charts/completion_rate", 0.25), ("losses/value", -1.0)]).unwrap();
        first.flush().unwrap();
        let mut second = EventWriter::open(folder.path(), Some(64)).unwrap();
        second.text(64, 2.0, "settings", "seed 1").unwrap();
        assert!(first.path < second.path);

        let [version, scalars] = &events(&first.path)[..] else { panic!("two events") };
        assert_eq!(version.what, Some(What::FileVersion(FILE_VERSION.into())));
        let Some(What::Summary(summary)) = &scalars.what else { panic!("a summary") };
        assert_eq!((scalars.step, scalars.wall_time), (100, 1.5));
        let values: Vec<_> = summary.values.iter().map(|value| (value.tag.as_str(), value.simple_value)).collect();
        assert_eq!(values, [("charts/completion_rate", Some(0.25)), ("losses/value", Some(-1.0))]);

        let [_, restart, text] = &events(&second.path)[..] else { panic!("three events") };
        // The checkpoint was made after step 64, so that step still counts.
        assert_eq!((restart.step, &restart.what), (65, &Some(What::SessionLog(SessionLog { status: START }))));
        assert_eq!(text.step, 64);
    }
}
