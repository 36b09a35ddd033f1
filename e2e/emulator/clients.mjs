// What every client must manage. Each client brings four functions; what they
// return is printed as one JSON object, which the Go test looks at.
export const model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
export const throttled = "us.anthropic.claude-opus-4-6-v1";

export const config = {
  endpoint: process.env.EMULATOR_URL,
  region: "us-east-1",
  credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY },
};

export async function report(checks) {
  const out = {};
  for (const [name, check] of Object.entries(checks)) out[name] = await check();
  console.log(JSON.stringify(out));
}

// failure is how an error looked to the program.
export async function failure(promise) {
  try {
    await promise;
    return { name: "none" };
  } catch (e) {
    return { name: e.name, message: e.message, status: e.$metadata?.httpStatusCode ?? e.statusCode };
  }
}
