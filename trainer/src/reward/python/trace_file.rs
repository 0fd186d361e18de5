//! Reading DeepRacer's simtrace: one line per step of an old run, as its simulator and ours write it.

/// Its columns in order. Older files end with `pause_duration`; what is not needed here is not read.
const COLUMNS: [&str; 16] = [
    "episode",
    "steps",
    "X",
    "Y",
    "yaw",
    "steer",
    "throttle",
    "action",
    "reward",
    "done",
    "all_wheels_on_track",
    "progress",
    "closest_waypoint",
    "track_len",
    "tstamp",
    "episode_status",
];
/// What stands before each line in the simulator's log.
const LOG_MARK: &str = "SIM_TRACE_LOG:";

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub episode: u64,
    pub steps: i32,
    /// The nose, metres.
    pub x: f64,
    pub y: f64,
    pub yaw_deg: f64,
    /// Commanded, + left.
    pub steering_deg: f64,
    /// Commanded, m/s.
    pub speed_mps: f64,
    pub reward: f64,
    pub all_wheels_on_track: bool,
    /// Per cent.
    pub progress: f64,
    pub track_length_m: f64,
    pub secs: f64,
    pub status: String,
}

impl Row {
    /// Whether the reward function was called: it is not while a car waits.
    pub fn is_paid(&self) -> bool {
        !matches!(self.status.as_str(), "prepare" | "pause" | "park")
    }
}

/// The rows of a file: with or without a line of names, or the lines of a log that hold a trace.
pub fn parse(text: &str) -> Result<Vec<Row>, String> {
    let is_log = text.contains(LOG_MARK);
    let mut order: Vec<usize> = (0..COLUMNS.len()).collect();
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = match (is_log, line.split_once(LOG_MARK)) {
            (true, Some((_, trace))) => trace,
            (true, None) => continue,
            (false, _) => line,
        };
        if line.trim().is_empty() {
            continue;
        }
        let fields = fields(line);
        if rows.is_empty() && fields.contains(&COLUMNS[0]) {
            let place = |name: &&str| {
                let missing = || format!("has no column {name}; a simtrace has {}", COLUMNS.join(", "));
                fields.iter().position(|field| field == name).ok_or_else(missing)
            };
            order = COLUMNS.iter().map(place).collect::<Result<_, _>>()?;
            continue;
        }
        let row = read_row(&fields, &order);
        rows.push(row.map_err(|why| format!("line {}: {why}", index + 1))?);
    }
    Ok(rows)
}

/// Fields between commas, but not those within brackets: an action may be `[1.5, 20.0]`.
fn fields(line: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let at_comma = |letter: char| {
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        letter == ',' && depth == 0
    };
    line.split(at_comma).map(str::trim).collect()
}

fn read_row(fields: &[&str], order: &[usize]) -> Result<Row, String> {
    let text = |column: usize| {
        let missing = || format!("{} fields, and {} expected", fields.len(), COLUMNS.len());
        fields.get(order[column]).copied().ok_or_else(missing)
    };
    let number = |column: usize| {
        let field = text(column)?;
        let number = field.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| format!("{} is no number: {field:?}", COLUMNS[column]))
    };
    Ok(Row {
        episode: number(0)? as u64,
        steps: number(1)? as i32,
        x: number(2)?,
        y: number(3)?,
        yaw_deg: number(4)?,
        steering_deg: number(5)?,
        speed_mps: number(6)?,
        reward: number(8)?,
        all_wheels_on_track: matches!(text(10)?, "True" | "true" | "1"),
        progress: number(11)?,
        track_length_m: number(13)?,
        secs: number(14)?,
        status: text(15)?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "3,12,1.5000,-0.2500,-179.10,-15.00,1.33,[1.33 -15.0],0.5000,False,True,4.5000,7,17.71,12.345,\
                        in_progress,0.00,0,99.1";

    #[test]
    fn a_row_is_read_with_and_without_names_and_out_of_a_log() {
        let names = "episode,steps,X,Y,yaw,steer,throttle,action,reward,done,all_wheels_on_track,progress,\
                     closest_waypoint,track_len,tstamp,episode_status,pause_duration,obstacle_crash_counter,wall_clock";
        let commas = LINE.replace("[1.33 -15.0]", "[1.33, -15.0]");
        let log = format!("a line of something else\n2020 INFO {}{LINE}\nmore\n", LOG_MARK);
        for text in [LINE.to_owned(), format!("{names}\n{LINE}\n"), commas, log] {
            let rows = parse(&text).expect("a trace");
            assert_eq!(rows.len(), 1, "{text}");
            let Row { episode, steps, yaw_deg, reward, all_wheels_on_track, secs, .. } = rows[0];
            assert_eq!((episode, steps, yaw_deg, reward), (3, 12, -179.1, 0.5), "{text}");
            assert_eq!((all_wheels_on_track, secs), (true, 12.345), "{text}");
            assert!(rows[0].is_paid());
        }
    }

    #[test]
    fn a_broken_row_is_named() {
        let error = parse(&format!("{LINE}\n3,x,1\n")).expect_err("broken");
        assert_eq!(error, "line 2: steps is no number: \"x\"");
        assert!(parse("episode,steps\n").expect_err("broken").contains("no column X"));
    }
}
