//! The report as one HTML page, whole in itself.

use super::{
    chart::Chart,
    findings::{Finding, Kind},
    map::Map,
    measured::Measured,
    race::Raced,
    run::{Run, lap_secs},
    svg::{escaped, number},
    tiles,
};
use crate::par_cache::Par;
use sim_spec::RaceStatus;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// All that the page tells.
pub struct Page<'a> {
    pub run: &'a Run,
    pub raced: Option<&'a Raced>,
    pub par: &'a Par,
    pub measured: &'a Measured,
    pub findings: &'a [Finding],
}

impl Page<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let Self { run, .. } = self;
        let name = run.path.canonicalize().unwrap_or_else(|_| run.path.clone());
        let name = escaped(&name.file_name().unwrap_or_default().to_string_lossy());
        let sections = [
            self.header(&name),
            self.figures(),
            self.told(),
            self.curves(),
            self.road(),
            self.sectors(),
            self.driving(),
            self.settings(),
        ];
        format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{name} · Paddock</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
{}<footer>Written by {} for simulator version {}. Everything on this page follows from the files of the run.</footer>
</main>
<script>
{SCRIPT}</script>
</body>
</html>
"#,
            sections.concat(),
            escaped(&run.setting(&["trainer_version"])),
            escaped(&run.setting(&["sim_version"])),
        )
    }

    fn header(&self, name: &str) -> String {
        let run = self.run;
        let seed = format!("seed {}", run.setting(&["seed"]));
        let reward = format!("reward {}", run.setting(&["reward", "name"]));
        let chips =
            [run.track.title().to_owned(), run.setting(&["observation"]), run.setting(&["algorithm"]), reward, seed];
        let chips: String = chips.iter().map(|chip| format!("<li>{}</li>", escaped(chip))).collect();
        format!("<header><h1>{name}</h1><ul class=\"chips\">{chips}</ul></header>\n")
    }

    /// The run in five numbers.
    fn figures(&self) -> String {
        let Measured { best_lap_secs, par_secs, completion, .. } = self.measured;
        let lap = match best_lap_secs {
            Some(secs) => (format!("{secs:.3} s"), "from three starts, three laps each".into()),
            None => ("–".into(), "no clean lap yet".to_owned()),
        };
        let gap = best_lap_secs.map_or("–".into(), |secs| format!("+{:.1} %", (secs / par_secs - 1.0) * 100.0));
        let results = self.raced.map_or(&[][..], |raced| &raced.results);
        let is_clean = |result: &&sim_spec::RaceResult| {
            result.status == RaceStatus::Finished && result.laps.iter().all(|lap| lap.clean)
        };
        let clean = results.iter().filter(is_clean).count();
        let steps = self.run.metrics.curve("steps").last().map_or(0.0, |(steps, _)| *steps);
        let mut speeds = self.run.metrics.values("charts/steps_per_sec");
        speeds.sort_by(f64::total_cmp);
        let speed = speeds.get(speeds.len() / 2).copied().unwrap_or(0.0);
        let figures = [
            ("Best clean lap", lap.0, lap.1),
            ("Above par", gap, format!("par is {par_secs:.2} s")),
            ("Clean races", format!("{clean} of {}", results.len()), "of the best policy".into()),
            ("Trained", format!("{} steps", number(steps)), format!("{} per second", number(speed))),
            (
                "Of a lap driven",
                completion.last().map_or("–".into(), |share| format!("{:.0} %", share * 100.0)),
                "by an episode, at the end".into(),
            ),
        ];
        let figure = |(name, value, note): &(&str, String, String)| {
            format!("<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>")
        };
        format!("<dl class=\"figures\">{}</dl>\n", figures.iter().map(figure).collect::<String>())
    }

    fn told(&self) -> String {
        if self.findings.is_empty() {
            return "<h2>What to try next</h2><p class=\"muted\">Nothing stands out in the numbers of this run.</p>\n"
                .into();
        }
        let item = |finding: &Finding| {
            let (class, kind) = match finding.kind {
                Kind::Problem => ("problem", "Goes wrong"),
                Kind::Chance => ("chance", "Time to gain"),
                Kind::Good => ("good", "Well done"),
            };
            format!(
                "<li class=\"{class}\"><p class=\"kind\">{kind}</p><h3>{}</h3><p class=\"evidence\">{}</p><p class=\"advice\">{}</p></li>",
                escaped(&finding.title),
                escaped(&finding.evidence),
                escaped(&finding.advice)
            )
        };
        let items: String = self.findings.iter().map(item).collect();
        format!("<h2>What to try next</h2>\n<ul class=\"findings\">{items}</ul>\n")
    }

    fn curves(&self) -> String {
        let metrics = &self.run.metrics;
        let steps = || metrics.curve("charts/completion_rate").iter().map(|(steps, _)| *steps);
        let reward: Vec<_> = steps().zip(self.measured.reward.iter().copied()).collect();
        let completion: Vec<_> = steps().zip(self.measured.completion.iter().copied()).collect();
        let names: Vec<String> = metrics.names("reward/").map(|name| format!("reward/{name}")).collect();
        let terms = names.iter().map(|name| (&name["reward/".len()..], metrics.curve(name)));
        let one = |title, note, name| Chart {
            title,
            note,
            lines: vec![(title, metrics.curve(name))],
            reference: None,
            is_from_zero: false,
        };
        let from_zero = |title, note, name| Chart { is_from_zero: true, ..one(title, note, name) };
        let par_secs = self.measured.par_secs;
        let par = format!("par {par_secs:.2} s");
        let charts = [
            Chart { lines: vec![("reward", &reward)], ..one("Reward", "Mean per step, all terms together.", "") },
            Chart {
                lines: terms.collect(),
                ..one("Reward by term", "What the policy is paid for; a term near zero teaches nothing.", "")
            },
            Chart {
                lines: vec![("lap driven", &completion)],
                ..from_zero(
                    "Lap driven",
                    "Mean share of a lap that an episode drives before it ends; 1 is a whole lap.",
                    "",
                )
            },
            Chart {
                reference: Some((par_secs, &par)),
                ..one("Best clean lap", "Of each evaluation by the referee, seconds.", "eval/best_lap_secs")
            },
            from_zero("Speed", "Along the track while learning, m/s.", "charts/speed_mps"),
            one("Entropy", "How much the policy still tries, nats. It should fall slowly.", "losses/entropy"),
            from_zero(
                "Explained variance",
                "How much of what is to come the value function foresees; 1 is all.",
                "losses/explained_variance",
            ),
            from_zero("Divergence", "Of the policy per iteration, nats; 0.01 to 0.02 is usual.", "losses/approx_kl"),
            from_zero(
                "Clipped",
                "Share of the steps whose gradient is cut; 0.1 to 0.2 is usual.",
                "losses/clip_fraction",
            ),
            one("Policy loss", "Only its size matters: near zero, little is changed.", "losses/policy"),
            from_zero("Value loss", "Error of the value function, squared.", "losses/value"),
            from_zero("Learning rate", "", "charts/learning_rate"),
            from_zero("Steps per second", "Control steps of all cars together.", "charts/steps_per_sec"),
        ];
        let figures: String = charts.iter().map(Chart::figure).collect();
        format!("<h2>Learning curves</h2><div class=\"charts\">\n{figures}</div>\n")
    }

    fn road(&self) -> String {
        let map = Map::new(&self.run.track);
        let driven = self.raced.map_or(String::new(), |raced| {
            let speeds @ [slow, fast] = speed_scale(raced);
            let best = raced.best.as_ref().map_or("no lap".into(), |best| format!("{:.3} s", best.secs));
            format!(
                "<figure class=\"panel\"><figcaption><h3>The best lap</h3><p class=\"now\">{best}</p></figcaption>{}\
                 <p class=\"scale\">{slow} <i></i> {fast} m/s, dashed: the line of par</p></figure>",
                map.driven(raced, speeds, &self.par.line)
            )
        });
        let faults = &self.measured.faults;
        format!(
            "<h2>On the road</h2><div class=\"pair\">{driven}<figure class=\"panel\"><figcaption><h3>Where cars went wrong</h3>\
             <p class=\"now\">{}</p></figcaption>{}<p class=\"note\">Circles: traced cars in training, larger where it happened \
             more often. Crosses: the best policy in a race. Numbers: sectors.</p></figure></div>\n",
            faults.len(),
            map.faults(faults)
        )
    }

    fn sectors(&self) -> String {
        let Some(sectors) = self.measured.sector_secs else { return String::new() };
        let most = sectors.iter().map(|[own, par]| (own - par).abs()).fold(f64::MIN_POSITIVE, f64::max);
        let row = |(index, [own, par]): (usize, &[f64; 2])| {
            let lost = own - par;
            let (width, class) = (lost.abs() / most * 50.0, if lost < 0.0 { "won" } else { "" });
            format!(
                "<tr><td>{}</td><td>{own:.3}</td><td>{par:.3}</td><td>{}</td><td class=\"lost\"><span class=\"{class}\" style=\"width:{width:.0}%\"></span></td></tr>",
                index + 1,
                signed(lost)
            )
        };
        let rows: String = sectors.iter().enumerate().map(row).collect();
        let [own, par] = [0, 1].map(|which| sectors.iter().map(|sector| sector[which]).sum::<f64>());
        format!(
            "<h2>Sectors of the best lap</h2><div class=\"panel\"><table><thead><tr><th>Sector</th><th>Seconds</th><th>Par</th><th>Lost</th><th></th></tr></thead>\
             <tbody>{rows}<tr><td>Lap</td><td>{own:.3}</td><td>{par:.3}</td><td>{}</td><td></td></tr></tbody></table></div>\n",
            signed(own - par)
        )
    }

    fn driving(&self) -> String {
        let evaluated = self.run.evaluations.iter().flatten().filter_map(|episode| lap_secs(episode));
        let trained = self.run.training.iter().filter_map(|episode| lap_secs(episode));
        let raced = self.raced.iter().flat_map(|raced| &raced.results).flat_map(|result| &result.laps);
        let laps: Vec<_> = evaluated.chain(trained).chain(raced.map(|lap| (lap.secs, lap.clean))).collect();
        let histogram = match laps.is_empty() {
            true => "<p class=\"muted\">No lap was completed.</p>".into(),
            false => tiles::lap_histogram(&laps, self.measured.par_secs),
        };
        let commands: Vec<_> = self.raced.iter().flat_map(|raced| raced.commands.iter().flatten().copied()).collect();
        format!(
            "<h2>Driving</h2><div class=\"pair\"><figure class=\"panel\"><figcaption><h3>Lap times</h3><p class=\"legend\">\
             <span class=\"key k2\">clean</span><span class=\"key k1\">with a mistake</span></p></figcaption>{histogram}\
             <p class=\"note\">All traced laps: in training, in evaluations, and those of the best policy.</p></figure>\
             <figure class=\"panel\"><figcaption><h3>Actions</h3></figcaption>{}<p class=\"note\">How often the best policy commands \
             each steering (across) with each speed (up, m/s).</p></figure></div>\n",
            tiles::actions(&commands)
        )
    }

    fn settings(&self) -> String {
        let text = serde_json::to_string_pretty(&self.run.settings).expect("it was read as JSON");
        format!(
            "<h2>Settings</h2><details class=\"panel\"><summary>run.json</summary><pre>{}</pre></details>\n",
            escaped(&text)
        )
    }
}

/// Seconds lost or won.
fn signed(secs: f64) -> String {
    format!("{secs:+.3}").replace('-', "−")
}

/// Half metres per second around the speeds of the best lap.
fn speed_scale(raced: &Raced) -> [f64; 2] {
    let speeds = raced.best.iter().flat_map(|best| {
        raced.best_samples().map(|sample| f64::from(raced.telemetry[best.race].speed_mps[sample]) * 2.0)
    });
    let (low, high) = speeds.fold((f64::INFINITY, 0.0), |(low, high), speed| (speed.min(low), speed.max(high)));
    [low.floor() / 2.0, high.ceil().max(low.floor() + 1.0) / 2.0]
}
