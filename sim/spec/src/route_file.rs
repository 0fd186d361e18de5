//! DeepRacer's route file: a NumPy array, float64, N × 6, metres: centre x, y, inner border x, y, outer border x, y.
//! A route is a loop if its last row equals its first.
//!
//! The NumPy format (NEP 1): the magic `\x93NUMPY`, two version bytes, the header's length (two bytes in version 1,
//! four in later ones), a Python dictionary as text, the numbers.

use crate::{Station, TrackError, limits::MAX_STATIONS};

const MAGIC: &[u8] = b"\x93NUMPY";
const COLUMNS: usize = 6;

pub fn is_route_file(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The stations of a route file, the repeated first row left out.
pub fn parse(bytes: &[u8]) -> Result<Vec<Station>, TrackError> {
    let error = TrackError::RouteFile;
    let [major, _minor] = *bytes.get(6..8).and_then(|v| v.first_chunk()).ok_or(error("it is cut off"))?;
    let (header_len, header_at) = match major {
        1 => (u16::from_le_bytes(chunk(bytes, 8)?) as usize, 10),
        2 | 3 => (u32::from_le_bytes(chunk(bytes, 8)?) as usize, 12),
        _ => return Err(error("its NumPy format version is unknown")),
    };
    let header = bytes.get(header_at..).and_then(|rest| rest.get(..header_len)).ok_or(error("it is cut off"))?;
    let header = std::str::from_utf8(header).map_err(|_| error("its header is not text"))?;
    if !header.contains("'<f8'") {
        return Err(error("its numbers are not little-endian float64"));
    }
    if !header.contains("'fortran_order': False") {
        return Err(error("its rows are not stored one after the other"));
    }
    let rows = row_count(header).ok_or(error("its shape is not N × 6"))?;
    if rows > MAX_STATIONS + 1 {
        return Err(TrackError::StationCount(rows));
    }
    let numbers = &bytes[header_at + header_len..];
    if numbers.len() != rows * COLUMNS * size_of::<f64>() {
        return Err(error("it has more or fewer numbers than its shape says"));
    }
    let (numbers, _) = numbers.as_chunks::<8>();
    let (rows, _) = numbers.as_chunks::<COLUMNS>();
    let station = |row: &[[u8; 8]; COLUMNS]| Station::from_row(row.map(f64::from_le_bytes));
    let mut stations: Vec<_> = rows.iter().map(station).collect();
    if stations.len() > 1 && stations.first() == stations.last() {
        stations.pop();
    } else if let [first, .., last] = stations.as_slice() {
        let [dx, dy] = [first.centre[0] - last.centre[0], first.centre[1] - last.centre[1]];
        let gap_m = (dx * dx + dy * dy).sqrt();
        // A row of no numbers is told as such, by the track's own check.
        if gap_m.is_finite() {
            return Err(TrackError::Open(gap_m));
        }
    }
    Ok(stations)
}

/// A route file of `stations`, the first repeated at the end, as NumPy itself writes it: a header of version 1.0, filled
/// up so that the numbers begin at a multiple of 64 bytes.
pub fn write(stations: &[Station]) -> Vec<u8> {
    const NUMBERS_AT_A_MULTIPLE_OF: usize = 64;
    const BEFORE_THE_HEADER: usize = MAGIC.len() + 4;
    let dictionary =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, {COLUMNS}), }}", stations.len() + 1);
    let numbers_at = (BEFORE_THE_HEADER + dictionary.len() + 1).next_multiple_of(NUMBERS_AT_A_MULTIPLE_OF);
    let header_len = numbers_at - BEFORE_THE_HEADER;
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((header_len as u16).to_le_bytes());
    bytes.extend(format!("{dictionary:<width$}\n", width = header_len - 1).bytes());
    let closed = stations.iter().chain(stations.first());
    let numbers = closed.flat_map(|station| [station.centre, station.inner, station.outer].concat());
    bytes.extend(numbers.flat_map(f64::to_le_bytes));
    bytes
}

fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], TrackError> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(TrackError::RouteFile("it is cut off"))
}

/// N of `'shape': (N, 6)`.
fn row_count(header: &str) -> Option<usize> {
    let (_, shape) = header.split_once("'shape': (")?;
    let (shape, _) = shape.split_once(')')?;
    let (rows, columns) = shape.split_once(',')?;
    let is_six = columns.trim() == "6";
    is_six.then(|| rows.trim().parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use crate::{Station, Track, builtin_tracks};
    use proptest::prelude::*;

    /// A NumPy file of `shape` and `dtype` over `numbers`.
    fn npy(dtype: &str, shape: &str, numbers: &[f64]) -> Vec<u8> {
        let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes());
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    fn rows(stations: &[Station]) -> Vec<f64> {
        stations.iter().flat_map(|s| [s.centre, s.inner, s.outer].concat()).collect()
    }

    #[test]
    fn a_loop_is_read_and_named_after_its_file() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let mut stations = track.stations().to_vec();
        stations.push(stations[0]);
        let file = npy("<f8", &format!("({}, 6)", stations.len()), &rows(&stations));
        let read = Track::parse("Harbour_Track", &file).expect("a route");
        assert_eq!(read.name(), "harbour_track");
        assert_eq!(read.stations(), track.stations());
        assert_eq!(read.sha256(), track.sha256());
    }

    #[test]
    fn an_open_route_is_refused() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let numbers = rows(track.stations());
        let file = npy("<f8", &format!("({}, 6)", track.stations().len()), &numbers);
        assert_eq!(Track::parse("open", &file).expect_err("open").code(), "track_open");
    }

    #[test]
    fn a_written_route_is_read_alike() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let file = track.to_route_file();
        assert_eq!(Track::parse("harbour", &file).expect("a route").stations(), track.stations());
        // Magic, version, length and header fill a multiple of 64 bytes; then six numbers per station, one repeated.
        assert_eq!(file.len(), 128 + (track.stations().len() + 1) * 48);
        assert_eq!(&file[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(file[127], b'\n');
    }

    #[test]
    fn repeated_points_and_any_number_survive_a_route_file() {
        let mut stations = builtin_tracks::find("harbour").expect("a built-in track").stations().to_vec();
        stations.insert(5, stations[5]);
        stations.insert(0, stations[0]);
        // Numbers that no decimal text of usual length holds, and a zero with a sign.
        stations[8].inner[0] += f64::EPSILON;
        stations[0].centre[1] = -0.0;
        let track = Track::new("repeated", "Repeated", stations).expect("a track");
        let read = Track::parse("repeated", &track.to_route_file()).expect("a route");
        assert_eq!(read.sha256(), track.sha256());
    }

    proptest! {
        #[test]
        fn no_changed_or_cut_route_panics(at in 0..5_000_usize, with in any::<u8>(), cut in 0..5_000_usize) {
            let mut bytes = builtin_tracks::find("harbour").expect("a built-in track").to_route_file();
            let at = at % bytes.len();
            bytes[at] = with;
            let _ = Track::parse("changed", &bytes);
            bytes.truncate(cut);
            if let Err(error) = Track::parse("cut", &bytes) {
                prop_assert!(!error.to_string().contains('\n') && !error.code().is_empty());
            }
        }

        #[test]
        fn no_invented_header_panics(
            dictionary in any::<bool>(),
            text in "[ -~]{0,200}",
            dtype in "[<>|=][fiubcOSU][0-9]{1,3}|<f8",
            rows in prop_oneof![0..200_u64, any::<u64>()],
            columns in prop_oneof![Just(6), any::<u64>()],
            version in prop_oneof![Just(1), Just(2), any::<u8>()],
            claimed in prop_oneof![Just(None), any::<u32>().prop_map(Some)],
            body in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let header = if dictionary {
                format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}\n")
            } else {
                text
            };
            let length = claimed.unwrap_or(header.len() as u32);
            let mut bytes = b"\x93NUMPY".to_vec();
            bytes.extend([version, 0]);
            if version == 1 {
                bytes.extend((length as u16).to_le_bytes());
            } else {
                bytes.extend(length.to_le_bytes());
            }
            bytes.extend(header.bytes());
            bytes.extend(body);
            let error = Track::parse("invented", &bytes).expect_err("no road comes from noise");
            prop_assert!(error.code().starts_with("track_") && !error.to_string().contains('\n'));
        }
    }

    #[test]
    fn malformed_files_are_refused_without_a_panic() {
        let six = [0.0; 6];
        let whole = npy("<f8", "(1, 6)", &six);
        let cases = [
            (npy("<f4", "(1, 6)", &six), "track_route_file"),
            (npy("<f8", "(1, 4)", &six), "track_route_file"),
            (npy("<f8", "(6,)", &six), "track_route_file"),
            (npy("<f8", "(99999999999999999999, 6)", &six), "track_route_file"),
            (npy("<f8", "(18446744073709551615, 6)", &six), "track_station_count"),
            (npy("<f8", "(2, 6)", &six), "track_route_file"),
            (whole.clone(), "track_station_count"),
            (b"\x93NUMPY".to_vec(), "track_route_file"),
            (b"\x93NUMPY\x09\x00\x00\x00".to_vec(), "track_route_file"),
            (npy("<f8", "(0, 6)", &[]), "track_station_count"),
            (npy("<f8", "(9, 6)", &[f64::NAN; 54]), "track_not_finite"),
        ];
        for (bytes, code) in cases {
            let error = Track::parse("bad", &bytes).expect_err("malformed");
            assert_eq!(error.code(), code, "{error}");
        }
        for length in 0..whole.len() {
            assert!(Track::parse("cut", &whole[..length]).is_err());
        }
    }
}
