/**
 * Walks through the pages of a league that runs, as a visitor does: season, leaderboard, two runs in the player.
 *
 *     PADDOCK_URL=http://127.0.0.1:8080 PADDOCK_RACE=harbour-sprint node tests/board.browser.mjs
 *
 * The race needs entries of people and of baselines. PADDOCK_CHROMIUM is the browser, by default /usr/bin/chromium.
 * With PADDOCK_SHOTS=DIR pictures are kept there. Exit status 0: all is well; 1: one line on stderr for each thing
 * that is not.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { PADDOCK_URL: league, PADDOCK_CHROMIUM: executablePath = "/usr/bin/chromium", PADDOCK_RACE: race, PADDOCK_SHOTS: shots } = process.env;
if (!league || !race) {
  console.error("board.browser: set PADDOCK_URL and PADDOCK_RACE");
  process.exit(1);
}

const QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE_MILLIS = 20_000;
/** Drawings after which a clock that still ran would show it. */
const FRAMES = 20;

const failures = [];
const check = (holds, otherwise) => holds || failures.push(otherwise);

const browser = await chromium.launch({ executablePath, args: QUIET });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(PATIENCE_MILLIS);
page.on("console", (message) => message.type() === "error" && failures.push(`console: ${message.text()} (${message.location().url})`));
page.on("pageerror", (error) => failures.push(`page: ${error.message}`));
page.on("requestfailed", (request) => {
  // The stream of events ends with its page: that is no failure.
  const isStream = new URL(request.url()).pathname === "/api/v1/events";
  check(isStream, `request: ${request.url()} ${request.failure()?.errorText}`);
});

const at = (id) => page.getByTestId(id);
const text = async (id) => (await at(id).innerText()).trim();
const number = async (id) => Number.parseFloat((await text(id)).replace(",", "."));
const secs = async () => Number(await at("scrubber").inputValue());

async function shot(name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** Waits for drawings of the page. */
const frames = (count) =>
  page.evaluate(async (count) => {
    for (let drawn = 0; drawn < count; drawn += 1) await new Promise(requestAnimationFrame);
  }, count);

/** Waits until `read` gives something that `isWanted`; `what` says in words what is waited for. */
async function until(read, isWanted, what) {
  const end = Date.now() + PATIENCE_MILLIS;
  let last = await read();
  while (!isWanted(last)) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}: it is ${String(last).slice(0, 80)}`);
    await frames(1);
    last = await read();
  }
}

const changes = (read, before, what) => until(read, (now) => now !== before, `${what} to change`);

async function season() {
  await page.goto(league);
  const card = page.locator(`[data-testid="season-race"][data-race="${race}"]`);
  await card.locator("li").first().waitFor();
  check((await page.title()).endsWith("· Paddock"), `the season's title is "${await page.title()}"`);
  const titles = await at("season-race").getByRole("heading").allInnerTexts();
  check(titles.every((title) => title.trim() !== ""), `the season lists ${titles.join(", ")}`);
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
  const kinds = await rows.evaluateAll((all) => all.map((row) => row.dataset.kind));
  check(kinds.includes("person") && kinds.includes("baseline"), `on the board stand ${kinds.join(", ")}`);
  const tags = await rows.getByText("baseline", { exact: true }).count();
  check(tags === kinds.filter((kind) => kind === "baseline").length, `${tags} rows are marked as baselines`);
  for (const score of await at("board-score").allInnerTexts()) {
    check(/^(\d+:)?\d+[.,]\d{3}$/.test(score.trim()), `a score reads "${score}"`);
  }
  check((await at("race-facts").innerText()).length > 20, "the race's facts are missing");

  await rows.nth(0).locator("td").nth(2).click();
  await at("chosen-runs").waitFor();
  await at("board-choose").nth(1).click();
  check((await at("board-choose").nth(0).isChecked()) && (await at("board-choose").nth(1).isChecked()), "two runs are not chosen");
  await shot("board");
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
  const controls = await at("play-button").boundingBox();
  check(controls && controls.y + controls.height < page.viewportSize().height, "the controls are below the window's edge");

  await pause();
  await at("scrubber").fill("0");
  check((await text("clock")) === "0:00.0", `at the start the clock shows ${await text("clock")}`);
  const drivenAtStart = await number("driven-a");
  await at("play-button").click();
  await changes(() => text("clock"), "0:00.0", "the playing clock");
  await changes(() => number("driven-a"), drivenAtStart, "the first car's way");
  await changes(() => number("driven-b"), drivenAtStart, "the second car's way");
  check((await number("speed-a")) > 0, "the first car plays but does not move");

  await pause();
  const stopped = await secs();
  await frames(FRAMES);
  check((await secs()) === stopped, "the clock runs on while paused");
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
  await at("scrubber").fill("10.2");
  await at("scrubber").blur();
  await frames(2);
  await shot("replay");
}

/** Plays from the start to a moment. Returns how many seconds of the race went by in one of ours. */
async function playedRate(rate, toSecs) {
  await at("scrubber").fill("0");
  await at(`rate-${rate}`).click();
  check((await at(`rate-${rate}`).getAttribute("aria-pressed")) === "true", `${rate}x is not chosen`);
  const began = Date.now();
  await at("play-button").click();
  await until(secs, (now) => now >= toSecs, `${toSecs} s at ${rate}x`);
  await pause();
  return ((await secs()) * 1000) / (Date.now() - began);
}

async function rateAndView() {
  const slow = await playedRate("0.25", 0.2);
  const fast = await playedRate("4", 4);
  // Slow machines draw few frames, and each may advance the clock by a limited time only: all are slower, none faster.
  check(slow < 0.3 && fast < 4.5 && fast > 3 * slow, `at 0.25x the replay played at ${slow.toFixed(2)}x, at 4x at ${fast.toFixed(2)}x`);

  const pixels = () => at("picture").evaluate((canvas) => canvas.toDataURL());
  const whole = await pixels();
  await at("view-follow").click();
  await changes(pixels, whole, "the picture, now following a car,");
  check((await at("view-follow").getAttribute("aria-pressed")) === "true", "the car is not followed");
  await at("view-fit").click();
  await until(pixels, (now) => now === whole, "the whole track to be seen again");
  await at("back-to-board").click();
  await at("board-row").first().waitFor();
}

async function lost() {
  await page.goto(new URL("/no/such/page", league).href);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await page.getByRole("link", { name: "All races" }).click();
  await at("season-race").first().waitFor();
}

try {
  if (shots) mkdirSync(shots, { recursive: true });
  await season();
  await player(await leaderboard());
  await scrubbing();
  await rateAndView();
  await lost();
} catch (error) {
  failures.push(`stopped: ${error.message.split("\n")[0]}`);
  await shot("stopped").catch(() => {});
} finally {
  await browser.close();
}

for (const failure of failures) console.error(`board.browser: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
