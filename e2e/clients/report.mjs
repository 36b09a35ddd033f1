// Each client brings functions; what they return is printed as one JSON object,
// which the Go test looks at.
export const url = process.env.SERVER_URL;
export const key = process.env.SERVER_KEY;

export async function report(checks) {
  const out = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      out[name] = await check();
    } catch (e) {
      out[name] = { threw: `${e?.stack ?? e}` };
    }
  }
  console.log(JSON.stringify(out));
}

// failure is how an error looked to the program.
export async function failure(promise) {
  try {
    await promise;
    return { name: "none" };
  } catch (e) {
    return { name: e.constructor.name, status: e.status ?? e.statusCode, code: e.code, param: e.param, type: e.type, message: e.message, run: e.requestID, after: e.headers?.get?.("retry-after") };
  }
}
