export { k as Scope, lt as createStackParser, t as createTransport, A as generateSpanId, j as generateTraceId, D as getSpanStatusFromHttpCode } from "./base-B1PsFYqd.js";
import "./server-CgYZEsR8.js";
