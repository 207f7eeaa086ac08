/** Shown below the help of each command. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  'repram-node': `
Examples:
  repram-node                                           a node of its own on port 8080
  repram-node --peers 10.0.0.1:8080,[2001:db8::1]:8080  a node that joins two others
  repram-node --config repram.toml --print-config       what a node would start with
  echo hello | repram-node put greeting -               write a value
  repram-node get greeting                              read it back

Flags go before REPRAM_* variables, these before the file given with --config, this before defaults.
Exit codes: 0 success, 1 failure, 2 wrong usage, 69 cannot bind or root list expired, 78 bad configuration.`,
  start: `
Examples:
  repram-node start --http-port 8081 --peers localhost:8080
  REPRAM_CLUSTER_SECRET_FILE=/run/secrets/repram repram-node start --network private
  repram-node start --print-config --json`,
  status: `
Examples:
  repram-node status
  repram-node status --url [2001:db8::1]:8080 --json`,
  peers: `
Examples:
  repram-node peers
  repram-node peers --url 10.0.0.1:8080 | cut -f 1`,
  get: `
Examples:
  repram-node get greeting
  repram-node get photo --output photo.jpg
  repram-node get greeting --json

The exit code is 1 where the value is missing or has expired.`,
  put: `
Examples:
  repram-node put greeting hello --ttl 10m
  repram-node put photo --file photo.jpg
  tar c notes | repram-node put notes -

Prints "stored" once a quorum holds the value. Prints "pending", still with exit code 0, where the node holds it
but its quorum did not confirm in time.`,
  ls: `
Examples:
  repram-node ls --prefix photos/
  repram-node ls --all --json

Control characters in keys are escaped; --json gives keys exactly.`,
  watch: `
Examples:
  repram-node watch
  repram-node watch --kinds evicted,left --url 10.0.0.1:8080
  repram-node watch --json | jq -r 'select(.kind == "evicted").member.id'

Goes on until Ctrl-C, also when the node is away for a while. Prints JSON lines where stdout is no terminal.`,
  omega: `
Examples:
  repram-node omega keygen --out omega.key
  repram-node omega sign --key-file omega.key --nodes a.example.org:8080,b.example.org:8080 --lifetime 168h
  repram-node omega verify --pubkey KEY "$(dig +short TXT _roots.example.org | tr -d '" ')"
  repram-node omega show --url http://a.example.org:8080
  repram-node omega show --pubkey KEY
  repram-node omega serve --domain net.internal --nodes-file roots.txt --dns-listen 10.0.0.2:53

The exit code of verify is 1 where the list is bad; the line on stderr begins with the reason.`,
  completion: `
Examples:
  source <(repram-node completion bash)
  source <(repram-node completion zsh)
  repram-node completion fish | source`,
};
