/**
 * What the README tells people to write into files, so that it can be tried.
 *
 * @module
 */

const README = new URL("../README.md", import.meta.url);

/** The one block of that language that begins like this, whatever else is said of it to those that run the examples. */
export async function readmeBlock(language: string, beginning: string): Promise<string> {
  const blocks = (await Deno.readTextFile(README)).matchAll(/^```(\w+)(?: [^\n]*)?\n(.*?)^```$/gmsu);
  const found = Array.from(blocks).filter(([, named, text]) => named === language && text?.startsWith(beginning));
  const [[, , text] = []] = found;
  if (text === undefined || found.length > 1) {
    throw new Error(
      `The README has ${found.length} blocks of ${language} that begin with ${JSON.stringify(beginning)}`,
    );
  }
  return text;
}

/** What the README begins with, for members at these addresses; nothing else of it is changed. */
export interface FirstSteps {
  /** `invoices.mjs`. */
  readonly program: string;
  /** What is typed into each of the terminals after `node invoices.mjs`. */
  readonly args: readonly string[];
}

/** The first program that the README shows, and how it is started. */
export async function firstSteps(addresses: readonly string[]): Promise<FirstSteps> {
  const text = await readmeBlock(
    "ts",
    'import process from "node:process";\nimport { setTimeout as sleep } from "node:timers/promises";',
  );
  const commands = (await readmeBlock("sh", "node invoices.mjs")).trimEnd().split("\n");
  const peers = /^ {2}peers: (\[.*\]),/m.exec(text)?.[1];
  if (peers === undefined) throw new Error(`The first program names no peers:\n${text}`);
  const shown: string[] = JSON.parse(peers);
  const args = commands.map((command) => command.replace("node invoices.mjs ", ""));
  if (String(args) !== String(shown)) throw new Error(`The commands are for ${args}, and the peers are ${shown}`);
  if (shown.length !== addresses.length) throw new Error(`Not ${addresses.length} peers: ${peers}`);
  return { program: text.replace(peers, JSON.stringify(addresses)), args: addresses };
}
