import { dirname } from "node:path";
import { nearestManifest } from "../config/service-name.js";

const ANNOUNCED = new Set(["env-attach", "k8s-attach", "aws-lambda-layer", "fleet"]);
const REGISTER = /@tidegauge[\\/]agent[\\/]register|[\\/]agent[\\/](?:dist|src)[\\/]register/;

/** How the agent came into the process, for `service.agent.activation_method` (§7.3): announced by an attacher, preloaded, or imported by the application. */
export function activationMethod(
  env: NodeJS.ProcessEnv,
  execArgv: readonly string[] = process.execArgv,
  mainScript: string | undefined = process.argv[1],
): string {
  const announced = env.ELASTIC_APM_ACTIVATION_METHOD?.toLowerCase().replaceAll("_", "-");
  if (announced && ANNOUNCED.has(announced)) return announced;
  if (REGISTER.test(env.NODE_OPTIONS ?? "")) return "env-attach";
  if (execArgv.some((argument) => REGISTER.test(argument))) return "preload";
  if (!mainScript) return "unknown";
  if (/\.m[jt]s$/.test(mainScript)) return "import";
  if (/\.c[jt]s$/.test(mainScript)) return "require";
  return nearestManifest(dirname(mainScript))?.type === "module" ? "import" : "require";
}
