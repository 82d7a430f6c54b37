"use strict";
// Opens a page in a headless browser and prints as JSON what happened.
//   node look.js BROWSER FILE light|dark
const puppeteer = require("puppeteer-core");
const axe = require.resolve("axe-core/axe.min.js");
const { pathToFileURL } = require("node:url");

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function main(browser, file, scheme) {
  const url = pathToFileURL(file).href;
  const chromium = await puppeteer.launch({ executablePath: browser, args: ["--no-sandbox"] });
  try {
    const page = await chromium.newPage();
    const told = { requests: 0, errors: [] };
    const asked = () => { told.requests += 1; };
    page.on("request", asked);
    page.on("pageerror", (error) => told.errors.push(String(error)));
    page.on("console", (line) => told.errors.push(line.text()));
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(url);
    told.ready = Number(await page.evaluate(() => document.documentElement.dataset.ready ?? 0));
    page.off("request", asked);
    if (told.ready) Object.assign(told, await used(page, url));
    await page.setBypassCSP(true);
    await page.goto(url);
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate((tags) => axe.run({ runOnly: tags }), TAGS);
    told.violations = found.violations.map((one) => ({
      id: one.id, nodes: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)),
    }));
    process.stdout.write(JSON.stringify(told));
  } finally {
    await chromium.close();
  }
}

// What a reader does: finds by word, by level, follows a link, hands the address on.
async function used(page, url) {
  const shown = () => page.$$eval("#findings article.card.open", (all) =>
    all.filter((card) => !card.hidden).length);
  const count = () => page.$eval("#filter output", (output) => output.textContent);
  const told = { count: await count(), cards: await shown() };
  await page.keyboard.press("/");
  told.focused = await page.evaluate(() => document.activeElement.name);
  const settled = () => page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.keyboard.type("ssh.root_login");
  await settled();
  told.searched = { count: await count(), cards: await shown(), hash: new URL(page.url()).hash };
  const address = page.url();
  await page.goto("about:blank");
  await page.goto(address);
  told.handed = { count: await count(), cards: await shown() };
  await page.goto("about:blank");
  await page.goto(`${url}#check-tls.versions`);
  await settled();
  told.linked = await page.evaluate(() => document.activeElement.id);
  await page.goto("about:blank");
  await page.goto(url);
  for (const box of await page.$$('[name="severity"]')) await box.click();
  await settled();
  told.none = await shown();
  return told;
}

main(...process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
