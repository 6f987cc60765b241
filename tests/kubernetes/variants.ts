/**
 * Every combination of what the manifests can be.
 *
 * @module
 */

const CHOICES: readonly (readonly (readonly string[])[])[] = [
  [["--workload", "statefulset"], ["--workload", "deployment"]],
  [["--discovery", "api"], ["--discovery", "endpoints"], ["--discovery", "dns"]],
  [[], ["--lease"]],
  [[], ["--secret", "app-secret"]],
];

/** The arguments of every variant. */
export function manifestVariants(namespace: string): readonly (readonly string[])[] {
  const fixed = ["--name", "app", "--image", "registry.example/app:1", "--namespace", namespace];
  return CHOICES.reduce<readonly (readonly string[])[]>(
    (variants, choices) => variants.flatMap((variant) => choices.map((choice) => [...variant, ...choice])),
    [fixed],
  );
}
