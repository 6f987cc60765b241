/**
 * What `--help` says after the options.
 *
 * @module
 */

const PEERS = "10.0.0.7:12345,10.0.0.8:12345,10.0.0.9:12345";

/** For the program, and for each command. */
export const HELP = {
  program: `
Examples:
  democracy join --source 10.0.0.7:12345 --peers ${PEERS}
  democracy exec --config /etc/democracy.yaml -- node scheduler.js
  democracy sidecar --config /etc/democracy.yaml --http :4040
  democracy status
  democracy manifests --name app --image registry.example/app:1 | kubectl apply -f -

Each option may also be a variable of the environment, or stand in a YAML or JSON file named by --config: --cluster-size 3
is DEMOCRACY_CLUSTER_SIZE=3, or "clusterSize: 3". Flags come before variables, and these before the file.`,
  join: `
Examples:
  democracy join --source 10.0.0.7:12345 --peers ${PEERS}
  democracy join --config member.yaml --format json | jq 'select(.type == "elected")'`,
  exec: `
The command gets the fencing token as DEMOCRACY_TOKEN. When the lead is lost the command's process group gets SIGTERM and,
after the grace period, SIGKILL, before the lease could belong to another; then this waits to lead again. It ends with the
command's own exit code, with 128 and the number of the signal that ended it, or with 75 after a loss with --once.

Examples:
  democracy exec --source 10.0.0.7:12345 --peers ${PEERS} -- ./migrate.sh --all
  democracy exec --config member.yaml --interval 1s --timeout 10s --grace 3s -- node scheduler.js`,
  sidecar: `
Endpoints: / (as the leader-elector sidecar), /leader, /elections, /elections/NAME/leader, /healthz, /readyz, /members, /state, /events, /sse, /metrics, and
POST /resign with --resign-token, and a page to watch at /ui/ with --ui.

Examples:
  democracy sidecar --source 10.0.0.7:12345 --peers ${PEERS}
  democracy sidecar --election=jobs --id=pod-1 --http=0.0.0.0:4040 --ttl=10s --service=jobs`,
  status: `
Ends with 0 when a leader is known, with 3 when none is, and with 69 when no member answers.

Examples:
  democracy status
  democracy status 10.0.0.7:4040 --json`,
  manifests: `
Prints a ServiceAccount, the least Role that will do, a headless Service, the workload, a PodDisruptionBudget and a
NetworkPolicy, checked against Kubernetes' own schemas. From npm it needs the package kubernetes-models beside this one.

Examples:
  democracy manifests --name app --image registry.example/app:1 --lease | kubectl apply -f -
  kubectl create secret generic app-secret --from-literal=secret="$(openssl rand -base64 32)"
  democracy manifests --name app --image registry.example/app:1 --secret-name app-secret --discovery dns
  npx -p @polis/democracy -p kubernetes-models@4 democracy manifests --name app --image registry.example/app:1`,
  complete: `
Examples:
  source <(democracy complete bash)
  democracy complete zsh > ~/.democracy.zsh && echo 'source ~/.democracy.zsh' >> ~/.zshrc
  democracy complete fish > ~/.config/fish/completions/democracy.fish`,
} as const;
