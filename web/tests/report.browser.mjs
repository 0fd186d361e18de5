/**
 * Opens the report on a run, as a racer does, in light and dark, on a wide and on a narrow screen.
 *
 *     PADDOCK_REPORT=RUN/report.html node tests/report.browser.mjs
 *
 * PADDOCK_CHROMIUM is the browser, by default /usr/bin/chromium. With PADDOCK_SHOTS=DIR pictures are kept there.
 * Exit status 0: all is well; 1: one line on stderr for each thing that is not.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const { PADDOCK_REPORT: report, PADDOCK_CHROMIUM: executablePath = "/usr/bin/chromium", PADDOCK_SHOTS: shots } = process.env;
if (!report) {
  console.error("report.browser: set PADDOCK_REPORT");
  process.exit(1);
}
const QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const address = pathToFileURL(report).href;

const failures = [];
const check = (holds, otherwise) => holds || failures.push(otherwise);

const browser = await chromium.launch({ executablePath, args: QUIET });
for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 400]]) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on("console", (message) => message.type() === "error" && failures.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => failures.push(`page: ${error.message}`));
  page.on("request", (request) => check(request.url() === address || request.url().startsWith("data:"), `it asks for ${request.url()}`));
  await page.goto(address);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(overflow <= 0, `at ${width} pixels it is ${overflow} too wide`);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(ground === (colorScheme === "dark" ? "rgb(15, 19, 21)" : "rgb(243, 245, 242)"), `in ${colorScheme} the ground is ${ground}`);
  if (shots) await page.screenshot({ path: join(shots, `report-${colorScheme}-${width}.png`), fullPage: true });
  await page.close();
}

const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(address);
for (const title of ["What to try next", "Learning curves", "On the road", "Sectors of the best lap", "Driving", "Settings"]) {
  check((await page.getByRole("heading", { name: title, exact: true }).count()) === 1, `the section "${title}" is missing`);
}
const unnamed = await page.locator("svg:not([aria-label])").count();
check(unnamed === 0, `${unnamed} pictures have no name`);
check((await page.locator("figure.chart").count()) >= 9, "curves are missing");
check((await page.locator(".driven").count()) > 50, "the line of the best lap is missing");
const chart = page.locator("figure.chart").first();
await chart.locator("svg").hover({ position: { x: 150, y: 60 } });
const reading = await chart.locator("output").innerText();
check(/^[\d.,]+ M: −?-?[\d.,]+$/.test(reading), `at the pointer a curve reads "${reading}"`);
await browser.close();

for (const failure of failures) console.error(`report.browser: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
