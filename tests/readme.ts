/**
 * What the README tells people to write into files, so that it can be tried.
 *
 * @module
 */

const README = new URL("../README.md", import.meta.url);

/** The one block of that language that begins like this. */
export async function readmeBlock(language: string, beginning: string): Promise<string> {
  const blocks = (await Deno.readTextFile(README)).matchAll(/^```(\w+)\n(.*?)^```$/gmsu);
  const found = Array.from(blocks).filter(([, named, text]) => named === language && text?.startsWith(beginning));
  const [[, , text] = []] = found;
  if (text === undefined || found.length > 1) {
    throw new Error(
      `The README has ${found.length} blocks of ${language} that begin with ${JSON.stringify(beginning)}`,
    );
  }
  return text;
}
