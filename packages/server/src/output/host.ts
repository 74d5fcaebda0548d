import type { Metadata } from "@tidegauge/protocol";

/** A sender's host: `hostname` as the machine calls itself, `name` as it is to be shown. */
export interface Host {
  readonly name: string | undefined;
  readonly hostname: string | undefined;
}

/** The host of a request's metadata; in Kubernetes it is the node, never the pod (SRV-50). */
export function hostOf(system: Metadata["system"]): Host {
  const configured = system?.configured_hostname || undefined;
  const kubernetes = system?.kubernetes;
  let hostname = system?.detected_hostname || (configured === undefined ? system?.hostname : undefined) || undefined;
  if (kubernetes?.node?.name) hostname = kubernetes.node.name;
  else if (kubernetes?.namespace || kubernetes?.pod?.name || kubernetes?.pod?.uid) hostname = undefined;
  return { name: configured ?? hostname, hostname };
}
