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

/** The first program that the README shows, for the member at one of these addresses; nothing else of it is changed. */
export async function firstProgram(addresses: readonly string[], index: number): Promise<string> {
  const text = await readmeBlock("ts", 'import { setTimeout as sleep } from "node:timers/promises";');
  const peers = /^ {2}peers: (\[.*\]),$/m.exec(text)?.[1];
  const source = /^ {2}source: (".*"), \/\/ this process$/m.exec(text)?.[1];
  if (peers === undefined || source === undefined) {
    throw new Error(`The first program names no source or peers:\n${text}`);
  }
  // Whoever copies it changes these two, and the second must have as many members as the test.
  if (JSON.parse(peers).length !== addresses.length) throw new Error(`Not ${addresses.length} peers: ${peers}`);
  return text.replace(`source: ${source}`, `source: ${JSON.stringify(addresses[index])}`)
    .replace(`peers: ${peers}`, `peers: ${JSON.stringify(addresses)}`);
}
