/**
 * Walks through the pages of a league that runs, as a visitor does: season, leaderboard, two runs in the player.
 *
 *     PADDOCK_URL=http://127.0.0.1:8080 PADDOCK_CHROMIUM=/usr/bin/chromium PADDOCK_RACE=harbour-sprint node tests/board.browser.mjs
 *
 * The race needs two entries. With PADDOCK_SHOTS=DIR pictures are kept there. Exit status 0: all is well; 1: one line
 * on stderr for each thing that is not.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { PADDOCK_URL: league, PADDOCK_CHROMIUM: executablePath, PADDOCK_RACE: race, PADDOCK_SHOTS: shots } = process.env;
if (!league || !executablePath || !race) {
  console.error("board.browser: set PADDOCK_URL, PADDOCK_CHROMIUM and PADDOCK_RACE");
  process.exit(1);
}

const QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE_MILLIS = 20_000;

const failures = [];
const check = (holds, otherwise) => holds || failures.push(otherwise);

const browser = await chromium.launch({ executablePath, args: QUIET });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(PATIENCE_MILLIS);
page.on("console", (message) => message.type() === "error" && failures.push(`console: ${message.text()} (${message.location().url})`));
page.on("pageerror", (error) => failures.push(`page: ${error.message}`));

const at = (id) => page.getByTestId(id);
const text = async (id) => (await at(id).innerText()).trim();
const number = async (id) => Number.parseFloat((await text(id)).replace(",", "."));

async function shot(name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** Waits until `read` gives something else than `before`. */
async function changes(read, before, what) {
  const end = Date.now() + PATIENCE_MILLIS;
  while (Date.now() < end) {
    if ((await read()) !== before) return true;
    await page.waitForTimeout(50);
  }
  failures.push(`${what} did not change from ${before}`);
  return false;
}

async function season() {
  await page.goto(league);
  const card = page.locator(`[data-testid="season-race"][data-race="${race}"]`);
  await card.locator("li").first().waitFor();
  check((await page.title()).endsWith("· Paddock"), `the season's title is "${await page.title()}"`);
  await shot("season");
  await card.getByRole("link").click();
}

/** Checks the rows and chooses two. Returns their handles. */
async function leaderboard() {
  const rows = at("board-row");
  await rows.nth(1).waitFor();
  check(new URL(page.url()).pathname === `/races/${race}`, `a race's card leads to ${page.url()}`);
  const ranks = await rows.locator("td:first-child").allInnerTexts();
  const rising = ranks.every((rank, index) => index === 0 || Number(rank) >= Number(ranks[index - 1]));
  check(ranks[0]?.trim() === "1" && rising, `ranks are ${ranks.join(", ")}`);
  for (const score of await at("board-score").allInnerTexts()) {
    check(/^(\d+:)?\d+[.,]\d{3}$/.test(score.trim()), `a score reads "${score}"`);
  }
  check((await at("race-facts").innerText()).length > 20, "the race's facts are missing");

  await rows.nth(0).locator("td").nth(2).click();
  await at("chosen-runs").waitFor();
  await at("board-choose").nth(1).click();
  check((await at("board-choose").nth(0).isChecked()) && (await at("board-choose").nth(1).isChecked()), "two runs are not chosen");
  await shot("race");
  const handles = (await at("board-handle").allInnerTexts()).slice(0, 2);
  await at("open-player").click();
  return handles;
}

async function pause() {
  if ((await at("play-button").getAttribute("data-playing")) === "true") await at("play-button").click();
}

async function player(handles) {
  await at("clock").waitFor();
  const names = [await at("readout-a").getByRole("heading").innerText(), await at("readout-b").getByRole("heading").innerText()];
  check(names.join() === handles.join(), `the player shows ${names.join(" and ")}, not ${handles.join(" and ")}`);

  await pause();
  await at("scrubber").fill("0");
  check((await text("clock")).startsWith("0:00"), `at the start the clock shows ${await text("clock")}`);
  const drivenAtStart = await number("driven-a");
  await at("play-button").click();
  await changes(() => text("clock"), "0:00.0", "the playing clock");
  await changes(() => number("driven-a"), drivenAtStart, "the first car's way");
  await changes(() => number("driven-b"), drivenAtStart, "the second car's way");
  check((await number("speed-a")) > 0, "the first car plays but does not move");

  await pause();
  const stopped = await text("clock");
  await page.waitForTimeout(400);
  check((await text("clock")) === stopped, "the clock runs on while paused");
}

async function scrubbing() {
  const driven = await number("driven-a");
  await at("scrubber").fill("8");
  check((await text("clock")) === "0:08.0", `scrubbed to 8 s the clock shows ${await text("clock")}`);
  check((await number("driven-a")) > driven, "scrubbing does not move the car");
  await page.keyboard.press("ArrowRight");
  check((await text("clock")) === "0:09.0", `an arrow key leads to ${await text("clock")}`);
  await page.keyboard.press("End");
  check((await text("doing-a")) !== "", "at the end nobody has ended the race");
  await page.keyboard.press("Home");
  check((await text("clock")) === "0:00.0", `the Home key leads to ${await text("clock")}`);
}

async function rateAndView() {
  await at("rate-4").click();
  check((await at("rate-4").getAttribute("aria-pressed")) === "true", "4x is not chosen");
  const pixels = () => at("picture").evaluate((canvas) => canvas.toDataURL().length);
  const whole = await pixels();
  await at("view-follow").click();
  await changes(pixels, whole, "the picture, now following a car,");
  await at("view-fit").click();
  const began = Date.now();
  await at("play-button").click();
  await page.waitForTimeout(1000);
  await pause();
  const played = (await at("scrubber").inputValue()) * 1000;
  // Slow machines draw few frames, and each may advance the clock by a limited time only.
  check(played > 500 && played < 4.5 * (Date.now() - began), `at 4x about a second played ${played} ms`);
  await at("scrubber").fill("6");
  await shot("player");
  await at("back-to-board").click();
  await at("board-row").first().waitFor();
}

try {
  if (shots) mkdirSync(shots, { recursive: true });
  await season();
  await player(await leaderboard());
  await scrubbing();
  await rateAndView();
} catch (error) {
  failures.push(`stopped: ${error.message.split("\n")[0]}`);
  await shot("stopped").catch(() => {});
} finally {
  await browser.close();
}

for (const failure of failures) console.error(`board.browser: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
