import type { WireLabelValue } from "./metricset.js";

/**
 * The service that `tidegauge doctor` sends its test event as. Our store commits that like any other and keeps nothing of it, so an application's
 * data stays its own.
 */
export const DOCTOR_SERVICE = "tidegauge-doctor";

/** Name and version of a language, runtime, framework. */
export interface NameVersion {
  name?: string;
  version?: string;
}

/** The service part of the metadata line. */
export interface ServiceMetadata {
  name: string;
  version?: string;
  environment?: string;
  agent: { name: string; version: string; activation_method?: string; ephemeral_id?: string };
  language?: NameVersion;
  runtime?: NameVersion;
  framework?: NameVersion;
  node?: { configured_name?: string };
  id?: string;
}

/** The first line of an intake request, `{"metadata": …}`: who sends (wire-and-transport.md §7.3). Field names are the wire's. */
export interface Metadata {
  service: ServiceMetadata;
  process?: { pid: number; ppid?: number; title?: string; argv?: string[] };
  system?: {
    architecture?: string;
    platform?: string;
    hostname?: string;
    detected_hostname?: string;
    configured_hostname?: string;
    host_id?: string;
    container?: { id?: string };
    kubernetes?: { namespace?: string; node?: { name?: string }; pod?: { name?: string; uid?: string } };
  };
  cloud?: {
    provider: string;
    account?: { id?: string; name?: string };
    availability_zone?: string;
    instance?: { id?: string; name?: string };
    machine?: { type?: string };
    project?: { id?: string; name?: string };
    region?: string;
    service?: { name?: string };
  };
  labels?: Record<string, WireLabelValue>;
  user?: { id?: string; email?: string; username?: string; domain?: string };
  network?: { connection?: { type?: string } };
}
