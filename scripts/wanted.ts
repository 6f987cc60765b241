/**
 * What the arguments of a script ask for.
 *
 * @module
 */

/** What the arguments say; or the exit code of a script that has told how it is used, or what is wrong. */
export function readWanted<Wanted extends { readonly help: boolean }>(
  parse: (args: readonly string[]) => Wanted,
  args: readonly string[],
  usage: string,
): Wanted | number {
  let wanted: Wanted;
  try {
    wanted = parse(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  if (!wanted.help) return wanted;
  console.log(usage);
  return 0;
}
