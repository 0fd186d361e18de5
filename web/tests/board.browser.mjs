// A person clicks through the board and a replay, in a real browser, on a real league.
//
// PADDOCK_URL       address of the league
// PADDOCK_RACE      id of a race with at least two runs on its board
// PADDOCK_CHROMIUM  the browser (default /usr/bin/chromium)
// PADDOCK_SHOTS     folder for screenshots, if some are wanted
//
// Ends with 0 if all is as it should be, else with 1 and a line for each thing that is not.

import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";

const { PADDOCK_URL: url, PADDOCK_RACE: race, PADDOCK_SHOTS: shots } = process.env;
const executablePath = process.env.PADDOCK_CHROMIUM ?? "/usr/bin/chromium";

// A closed network, no GPU and a root user are what a test machine has.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const browser = await chromium.launch({ executablePath, args });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });

/** What the browser itself complained of. */
const complaints = [];
page.on("console", (message) => message.type() === "error" && complaints.push(`console: ${message.text()}`));
page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
page.on("requestfailed", (request) => {
  // A stream that ends with its page has not failed.
  if (!request.url().endsWith("/api/v1/events")) complaints.push(`request: ${request.url()}`);
});

const at = (id) => page.getByTestId(id);
const text = (id) => at(id).innerText();
/** Waits until what `look` finds is true. */
const until = (look, ...given) => page.waitForFunction(look, ...given, { timeout: 20_000 });
const clockIsNot = (before) =>
  until((before) => document.querySelector('[data-testid="clock"]').textContent !== before, before);
const shoot = (name) => (shots ? page.screenshot({ path: join(shots, name) }) : undefined);

async function season() {
  await page.goto(url);
  await at("season-race").first().waitFor();
  assert.ok((await at("season-race").count()) >= 3, "the season shows its races");
  await shoot("season.png");
  await page.locator(`[data-testid="season-race"][data-race="${race}"] a`).first().click();
}

async function board() {
  await at("board-row").first().waitFor();
  const kinds = await at("board-row").evaluateAll((rows) => rows.map((row) => row.dataset.kind));
  assert.ok(kinds.includes("person") && kinds.includes("baseline"), `people and baselines stand on it: ${kinds}`);
  const scores = await at("board-score").allInnerTexts();
  const secs = scores.map((score) => score.split(":").reduce((sum, part) => sum * 60 + Number(part), 0));
  assert.deepEqual(secs, [...secs].sort((a, b) => a - b), "the quickest stands first");
  await at("board-choose").nth(0).check();
  await at("board-choose").nth(1).check();
  await at("chosen-runs").waitFor();
  await shoot("board.png");
  await at("open-player").click();
}

async function player() {
  await at("picture").waitFor();
  await at("readout-a").waitFor();
  await at("readout-b").waitFor();

  // Play: the clock moves. The page may start playing by itself.
  if ((await at("play-button").getAttribute("data-playing")) !== "true") await at("play-button").click();
  await clockIsNot(await text("clock"));

  // Pause: it stands, also after some frames were drawn.
  await at("play-button").click();
  const stopped = await text("clock");
  await page.evaluate(() => new Promise((done) => {
    let frames = 10;
    const count = () => (frames-- > 0 ? requestAnimationFrame(count) : done());
    count();
  }));
  assert.equal(await text("clock"), stopped, "a paused replay stands still");

  // Scrub: to the middle, and what is shown follows.
  const pictureBefore = await at("picture").screenshot();
  await at("scrubber").evaluate((range) => {
    range.value = String((Number(range.min || 0) + Number(range.max)) / 2);
    range.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await clockIsNot(stopped);
  assert.notDeepEqual(await at("picture").screenshot(), pictureBefore, "the cars are elsewhere");
  await shoot("replay.png");

  // Keys: back to the start.
  await at("scrubber").press("Home");
  await until(() => /^0?0?:?0+\.0+/.test(document.querySelector('[data-testid="clock"]').textContent.trim()));

  // Speed and view are choices that stay chosen.
  await at("rate-2").click();
  assert.equal(await at("rate-2").getAttribute("aria-pressed"), "true");
  await at("view-follow").click();
  assert.equal(await at("view-follow").getAttribute("aria-pressed"), "true");
  await at("play-button").click();
  await clockIsNot(await text("clock"));

  await at("back-to-board").click();
  await at("board-row").first().waitFor();
}

let failure;
try {
  await season();
  await board();
  await player();
  await page.goto(`${url}/no/such/page`);
  await page.getByRole("heading").first().waitFor();
} catch (error) {
  failure = error;
}
await browser.close();
for (const complaint of complaints) console.error(complaint);
if (failure) console.error(failure.message);
process.exitCode = failure || complaints.length > 0 ? 1 : 0;
