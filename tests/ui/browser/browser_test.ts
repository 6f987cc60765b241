import { assert, assertEquals, assertGreater, assertMatch, assertNotEquals } from "@std/assert";
import type { Browser, Locator, Page } from "playwright-core";
import { startPageDemo } from "../../../scripts/demo/ui.ts";
import { servePage } from "../../../scripts/harness/serve_page.ts";
import { recordSeed, serveStory } from "../../../scripts/simulate/ui.ts";
import type { Story } from "../../../src/ui/page/change.ts";
import { contrasts, openBrowser, openPage, overflow, type Trouble, whyMissing } from "./chromium.ts";

const SETTINGS = { count: 3, interval: 200, timeout: 1000, stallTimeout: 2000, sampleEvery: 0, statusEvery: 100 };
const READABLE = 4.5;

const missing = await whyMissing();

/** A test in a browser of its own, skipped by name where there is none. */
function browserTest(name: string, run: (browser: Browser) => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? `browser: ${name}` : `browser: ${name} (skipped: ${missing})`,
    ignore: missing !== undefined,
    // The driver keeps timers and pipes of its own beyond the browser that it ran.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(): Promise<void> {
      const browser = await openBrowser();
      try {
        await run(browser);
      } finally {
        await browser.close();
      }
    },
  });
}

function headline(page: Page, pattern: RegExp): Promise<void> {
  return page.locator("#headline").filter({ hasText: pattern }).waitFor();
}

/** The name of the leader, once there is one other than `former`. */
async function leaderOf(page: Page, former = "nobody"): Promise<string> {
  const leading = page.locator("#headline").filter({ hasText: /^m\d leads$/ }).filter({ hasNotText: former });
  return (await leading.innerText()).slice(0, 2);
}

function cardOf(page: Page, id: string): Locator {
  return page.locator(".card").filter({ has: page.getByRole("heading", { name: id, exact: true }) });
}

/** Presses Tab until the button with this name has the focus; the order of the focus is what is tested. */
async function tabTo(page: Page, name: string, most: number): Promise<string[]> {
  const passed: string[] = [];
  for (let count = 0; count < most; count++) {
    await page.keyboard.press("Tab");
    const label = await page.evaluate(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
    );
    passed.push(String(label));
    if (label === name) return passed;
  }
  throw new Error(`Tab does not lead to ${name}: ${passed.join(", ")}`);
}

function assertQuiet({ complaints, strangers }: Trouble): void {
  assertEquals(complaints, []);
  assertEquals(strangers, []);
}

browserTest("the demo shows the new leader after a crash, by keyboard alone", async (browser) => {
  const demo = await startPageDemo(SETTINGS, 0);
  try {
    const { page, trouble } = await openPage(browser, demo.url, { width: 1280 });
    const first = await leaderOf(page);
    const passed = await tabTo(page, `Crash ${first}`, 20);
    assertEquals(passed[0], "Skip to the timeline");
    assertNotEquals(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");
    await page.keyboard.press("Enter");
    const second = await leaderOf(page, first);
    assertNotEquals(second, first);
    await page.locator("#announcement").filter({ hasText: `${second} leads. Away: ${first}.` }).waitFor();
    // The same button, and it still has the focus.
    assertEquals(await page.evaluate("document.activeElement.getAttribute('aria-label')"), `Start ${first}`);
    await page.keyboard.press("Enter");
    await cardOf(page, first).getByText(/^Follows m\d$/).waitFor();
    assertMatch(await page.locator("#overlaps").innerText(), /never two leaders at once/);
    assertEquals(await page.locator("#log").getByText("is killed (SIGKILL)").count(), 1);
    assertQuiet(trouble);
  } finally {
    assert(await demo.close(), "all processes have ended by themselves");
  }
});

browserTest("the demo can cut off, pause and resign, and shows it", async (browser) => {
  const demo = await startPageDemo(SETTINGS, 0);
  try {
    const { page, trouble } = await openPage(browser, demo.url, { width: 1280 });
    const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
    const first = await leaderOf(page);
    await press(`Cut off ${first}`);
    await page.locator("#links").filter({ hasText: /^Lost: m\d – m\d, m\d – m\d$/ }).waitFor();
    assertNotEquals(await page.locator("#ring-broken").getAttribute("d"), "M0 0");
    const second = await leaderOf(page, first);
    await press(`Rejoin ${first}`);
    await page.locator("#links").filter({ hasText: "No link is lost." }).waitFor();
    await cardOf(page, first).getByText(/^Follows/).waitFor();
    await press(`Pause ${second}`);
    await cardOf(page, second).getByText("Paused", { exact: true }).waitFor();
    const third = await leaderOf(page, second);
    await press(`Resume ${second}`);
    await cardOf(page, second).getByText(/^Follows/).waitFor();
    await press(`Resign ${third}`);
    await leaderOf(page, third);
    assertMatch(await page.locator("#overlaps").innerText(), /never two leaders at once/);
    assertQuiet(trouble);
  } finally {
    assert(await demo.close(), "all processes have ended by themselves");
  }
});

browserTest("a recorded seed is played by keyboard, and shows who believed what", async (browser) => {
  const { story } = recordSeed(7);
  const server = serveStory(story, 0);
  try {
    const { page, trouble } = await openPage(browser, server.url, { width: 1280 });
    await headline(page, /^Nobody leads$/);
    const first = story.changes.find(({ kind }) => kind === "lead");
    assert(first !== undefined);
    await page.locator("#forth").press("Enter");
    await headline(page, new RegExp(`^${first.id} leads$`));
    await page.locator("#slider").focus();
    await page.keyboard.press("End");
    assertEquals(await page.locator("#position").innerText(), `${(story.now / 1000).toFixed(3)} s`);
    await page.keyboard.press("ArrowLeft");
    assertMatch(await page.locator("#slider").getAttribute("aria-valuetext") ?? "", /s: (m\d leads|Nobody leads)$/);
    await page.keyboard.press("Home");
    await headline(page, /^Nobody leads$/);
    await page.locator("#play").press("Enter");
    await headline(page, new RegExp(`^${first.id} leads$`));
    assertMatch(await page.locator("#overlaps").innerText(), /never two leaders at once/);
    assertQuiet(trouble);
  } finally {
    await server.close();
  }
});

/** Two who lead at once, one of whom has a name that wants to be more than a name. */
const HOSTILE = `<img src="x" onerror="document.title='owned'">`;
const BROKEN: Story = {
  heading: { title: HOSTILE, detail: HOSTILE, timeout: 100, exclusive: true, observer: null },
  changes: [
    { kind: "member", at: 0, id: HOSTILE, weight: 1, source: HOSTILE, eligible: true },
    { kind: "member", at: 0, id: "m2", weight: 1, source: "", eligible: true },
    { kind: "lead", at: 10, id: HOSTILE, token: 1, from: 10, until: 110 },
    { kind: "lead", at: 60, id: "m2", token: 2, from: 60, until: 160 },
    { kind: "note", at: 60, id: HOSTILE, text: HOSTILE, tone: "bad" },
  ],
  now: 200,
};

browserTest("two leaders at once are red, and names are nothing but text", async (browser) => {
  const server = serveStory(BROKEN, 0);
  try {
    const { page, trouble } = await openPage(browser, server.url, { width: 360 });
    await page.locator("#overlaps[data-bad=true]").filter({ hasText: "two leaders at once for 50 ms" }).waitFor();
    assertNotEquals(await page.locator(".lane-overlap").first().getAttribute("d"), "M0 0");
    await page.locator("#slider").press("End");
    await page.locator("#log").getByText(HOSTILE).first().waitFor();
    assertEquals(await page.locator("img").count(), 0);
    assertNotEquals(await page.title(), "owned");
    assertEquals(await overflow(page), 0);
    assertQuiet(trouble);
  } finally {
    await server.close();
  }
});

const TEXTS = ["#headline", "#since", "#lease-text", "#links", ".facts", ".badge", "#overlaps", ".legend li", ".tick"];

browserTest("it fits a phone, and can be read in light and in dark", async (browser) => {
  const server = serveStory(recordSeed(7).story, 0);
  try {
    const grounds = new Set<string>();
    for (const scheme of ["light", "dark"] as const) {
      const { page } = await openPage(browser, server.url, { width: 360, scheme });
      await headline(page, /./);
      assertEquals(await overflow(page), 0);
      await page.locator("#forth").click();
      for (const [selector, contrast] of await contrasts(page, [...TEXTS, "#log .what", "#log time", "#play"])) {
        assertGreater(contrast, READABLE, `${selector} in ${scheme}`);
      }
      grounds.add(String(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")));
      await page.close();
    }
    assertEquals(grounds.size, 2, "light and dark differ");
  } finally {
    await server.close();
  }
});

browserTest("a page without its server says so, and nothing else", async (browser) => {
  const server = servePage("recorded", 0, () => new Response("no story", { status: 404 }));
  try {
    const { page } = await openPage(browser, server.url, { width: 360 });
    await page.locator("#connection").filter({ hasText: "No trace" }).waitFor();
    assertEquals(await page.locator("#trouble").innerText(), "The trace cannot be read (404)");
  } finally {
    await server.close();
  }
});
