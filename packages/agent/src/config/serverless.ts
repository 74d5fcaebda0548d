/**
 * What a function platform forces (CFG-20): in AWS Lambda and Azure Functions nothing may run between two invocations, so there is no
 * collection, no cloud detection and no polling. `undefined` elsewhere.
 */
export function serverlessOverrides(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> | undefined {
  if (!env.AWS_LAMBDA_FUNCTION_NAME && !isAzureFunctions(env)) return undefined;
  return { metrics_interval: "0s", cloud_provider: "none", central_config: "false", breakdown_metrics: "false" };
}

/** Whether the process runs in Azure Functions. */
export function isAzureFunctions(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.FUNCTIONS_WORKER_RUNTIME && env.WEBSITE_SITE_NAME);
}
