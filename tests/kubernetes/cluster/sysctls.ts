/**
 * What kubelet sets in the kernel for the whole machine, kept so that it can be restored.
 *
 * @module
 */

const SET_BY_KUBELET = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

/** Writes the values as they are now into the file. */
export async function saveSysctls(file: string): Promise<void> {
  const values: Record<string, string> = {};
  for (const name of SET_BY_KUBELET) {
    const value = await Deno.readTextFile(`/proc/sys/${name}`).catch(() => undefined);
    if (value !== undefined) values[name] = value;
  }
  await Deno.writeTextFile(file, JSON.stringify(values));
}

/** Sets them to what the file says, where another value is. */
export async function restoreSysctls(file: string): Promise<void> {
  const text = await Deno.readTextFile(file).catch(() => "{}");
  for (const [name, value] of Object.entries(JSON.parse(text))) {
    if (await Deno.readTextFile(`/proc/sys/${name}`) !== value) {
      await Deno.writeTextFile(`/proc/sys/${name}`, String(value));
    }
  }
}
