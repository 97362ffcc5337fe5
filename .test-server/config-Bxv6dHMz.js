import { n as readDigits } from "./decimal-1-oyIEYZ.js";
import { i as parseExpiryAges } from "./expiry-Bid1olVd.js";
import { a as parseArchive } from "./places-BOMzr7-y.js";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isIP } from "node:net";
// src/core/access.ts
/** Who may do what: scopes, what a server requires, and tokens. */
/** What a token can be good for (docs/operate.md, "Tokens"). */
var scopes = [
	"read",
	"report",
	"lock",
	"triage",
	"admin"
];
/** For which scopes a server wants a token: none, `admin`, everything that writes, or everything. */
var requirements = [
	"off",
	"destructive",
	"writes",
	"all"
];
/** Somebody of whom nothing is known. */
var nobody = {
	name: null,
	verified: false,
	scopes: []
};
/** Whether a server that requires tokens for this much wants one for a scope. */
function needsToken(scope, requirement) {
	if (scope === "open" || requirement === "off") return false;
	if (requirement === "destructive") return scope === "admin";
	return requirement === "all" || scope !== "read";
}
/** Why somebody may not do what needs `scope`, in a sentence with what to do about it, or null when he may. */
function accessProblem({ name, verified, scopes }, scope, requirement) {
	if (!needsToken(scope, requirement) || scopes.some((own) => own === scope)) return null;
	if (!verified) return {
		status: 401,
		message: `this needs a token with the scope '${scope}'; send one, or sign in on the Settings page of the dashboard`
	};
	return {
		status: 403,
		message: `'${name}' lacks the scope '${scope}', which this needs; use a token that has it`
	};
}
/** Whether somebody may read what is not open to everybody. */
function mayRead({ scopes, require_token }) {
	return !needsToken("read", require_token) || scopes.includes("read");
}
/** Scopes with commas between, or null when one is none. */
function parseScopes(text) {
	const found = text.split(",").map((part) => scopes.find((scope) => scope === part.trim()));
	return found.includes(void 0) ? null : [...new Set(found)];
}
/** How the tokens that this program makes begin, so that they are known for what they are wherever they turn up. */
var tokenPrefix = "paddles_";
/** The secret in a header `Authorization`: that of `Bearer`, or the password of `Basic`; null when there is none. */
function secretOf(authorization) {
	const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(authorization ?? "") ?? [];
	if (/^bearer$/i.test(scheme)) return value;
	if (!/^basic$/i.test(scheme)) return null;
	try {
		return /^[^:]*:(.+)$/s.exec(atob(value))?.[1] ?? null;
	} catch {
		return null;
	}
}
/** Reads a file of tokens: `name scopes sha256` in each line, and comments behind `#`. `problems` name the lines that mean nothing. */
function parseTokensFile(text) {
	const tokens = [];
	const problems = [];
	for (const [index, line] of text.split("\n").entries()) {
		const parts = line.replace(/#.*/, "").trim().split(/\s+/);
		if (parts[0] === "") continue;
		const [name = "", scopeText = "", hash = "", ...rest] = parts;
		const known = parseScopes(scopeText);
		if (known === null || !/^[0-9a-f]{64}$/i.test(hash) || rest.length > 0 || name.length > 64) problems.push(`line ${index + 1} must be NAME SCOPE,SCOPE SHA256, with the scopes ${scopes.join(", ")}`);
		else tokens.push({
			name,
			scopes: known,
			hash: hash.toLowerCase(),
			expires: null
		});
	}
	return {
		tokens,
		problems
	};
}
// src/setting-values.ts
/** What a setting can be: each reads a text, and returns its value or, as `problem`, what it must be instead. */
/** One of these words. */
var oneOf = (...choices) => {
	const parse = (value) => {
		const choice = choices.find((one) => one === value);
		return choice ? { value: choice } : { problem: `must be one of ${choices.join(", ")}` };
	};
	return Object.assign(parse, { choices });
};
/** A whole number within these bounds. */
var wholeNumber = (least, most) => (value) => {
	const number = readDigits(value) ?? NaN;
	return number >= least && number <= most ? { value: number } : { problem: `must be a whole number from ${least} to ${most}` };
};
/** True or false, in the words that people use. */
var yesOrNo = (value) => {
	if (/^(true|yes|on|1)$/i.test(value)) return { value: true };
	return /^(false|no|off|0)$/i.test(value) ? { value: false } : { problem: "must be true or false" };
};
/** First parts of the paths of this server. */
var ownPaths = [
	"api",
	"c",
	"healthz",
	"j",
	"jobs",
	"metrics",
	"nodes",
	"queue",
	"r",
	"readyz",
	"runs",
	"ui"
];
/** The address by which people know this server, perhaps below a path, or nothing. */
var publicAddress = (value) => {
	if (value === "") return { value };
	const found = /^https?:\/\/[^\s?#/]+(\/[\w.~/-]*)?$/.exec(value);
	if (found === null) return { problem: "must be a URL like https://paddles.example.com or https://example.com/paddles" };
	const first = (found[1] ?? "").split("/").find((part) => part !== "");
	return first !== void 0 && ownPaths.includes(first) ? { problem: `must not have a path that begins with /${first}, which is one of this server` } : { value };
};
/** A text that matches; `problem` says otherwise what it must be. */
var matching = (pattern, problem) => (value) => pattern.test(value) ? { value } : { problem };
/** A port, or nothing for none. */
var secondPort = (value) => value === "" ? { value: null } : wholeNumber(0, 65535)(value);
/** The address of a project of Sentry, or nothing. */
var sentryDsn = (value) => {
	const url = URL.canParse(value) ? new URL(value) : null;
	const usable = url !== null && /^https?:$/.test(url.protocol) && /^\w+$/.test(url.username);
	return value === "" || usable && /\/\d+$/.test(url.pathname) ? { value } : { problem: "must be a URL with a key, like https://key@sentry.example.com/1" };
};
/** True for an IP address, or for a network like 10.0.0.0/8. */
function isNetwork(text) {
	const [address = "", prefix, ...rest] = text.split("/");
	const version = isIP(address);
	if (version === 0 || rest.length > 0) return false;
	return prefix === void 0 || (readDigits(prefix) ?? NaN) <= (version === 4 ? 32 : 128);
}
/** Texts with commas between, each of which passes the test; `problem` says otherwise what the list must be. */
var listOf = (isItem, problem) => (value) => value === "" || value.split(",").every((part) => isItem(part.trim())) ? { value } : { problem };
/** Addresses and networks. */
var networks = listOf(isNetwork, "must be a list of addresses and networks like 127.0.0.1,10.0.0.0/8,::1");
/** Origins, as browsers name them. */
var origins = listOf((text) => URL.canParse(text) && new URL(text).origin === text, "must be a list of origins like https://lab.example.com,http://10.0.0.5:8000");
/** Scopes of tokens with commas between. */
var scopeList = (value) => parseScopes(value) ? { value } : { problem: `must be a list of ${scopes.join(", ")}` };
/** The name of a header, or nothing. */
var headerName = matching(/^[\w-]*$/, "must be the name of a header like X-Forwarded-User");
/** Names of hosts, without ports. */
var hostNames = listOf((text) => /^[\w-]+(\.[\w-]+)*$/.test(text), "must be a list of host names like paddles.example.com,paddles");
/** Names of branches. */
var branchNames = listOf((text) => /^[^\s,]{1,200}$/.test(text), "must be a list of branches like main,squid");
/** Places of archives with commas between, or nothing. */
var archives = (value) => {
	const bases = parseArchive(value);
	return "problem" in bases ? bases : { value };
};
/** Ages at which jobs expire, or off. */
var expiryAges = (value) => {
	const ages = parseExpiryAges(value);
	return "problem" in ages ? ages : { value };
};
// src/access-settings.ts
/** The settings of who may do what. */
/** The settings, in the order in which `--help` prints them. */
var accessSettings = {
	write_origins: {
		flag: "write-origins",
		variables: ["PADDLES_WRITE_ORIGINS"],
		fallback: "",
		hint: "LIST",
		help: "origins of other web pages that may write, like https://lab.example.com",
		parse: origins
	},
	allowed_hosts: {
		flag: "allowed-hosts",
		variables: ["PADDLES_ALLOWED_HOSTS"],
		fallback: "",
		hint: "LIST",
		help: "names by which browsers may reach this server, beside those of --address and of this machine",
		parse: hostNames
	},
	require_token: {
		flag: "require-token",
		variables: ["PADDLES_REQUIRE_TOKEN"],
		fallback: "off",
		hint: "WHAT",
		help: "what needs a token: off (nothing), destructive (the scope admin), writes or all",
		parse: oneOf(...requirements)
	},
	tokens_file: {
		flag: "tokens-file",
		variables: ["PADDLES_TOKENS_FILE"],
		fallback: "",
		hint: "FILE",
		help: "more tokens, one a line: NAME SCOPE,SCOPE SHA256; read again when it changes",
		parse: (value) => ({ value })
	},
	auth_header: {
		flag: "auth-header",
		variables: ["PADDLES_AUTH_HEADER"],
		fallback: "",
		hint: "NAME",
		help: "header in which --trusted-proxies, which must be set too, name who signed in, like X-Forwarded-User",
		parse: headerName
	},
	auth_scopes: {
		flag: "auth-scopes",
		variables: ["PADDLES_AUTH_SCOPES"],
		fallback: "read,lock,triage",
		hint: "LIST",
		help: "scopes of people whom a proxy has signed in",
		parse: scopeList
	}
};
// src/notify-settings.ts
/** The settings of notifications. */
/** The settings, in the order in which `--help` prints them. */
var notifySettings = {
	notify_after: {
		flag: "notify-after",
		variables: ["PADDLES_NOTIFY_AFTER"],
		fallback: 60,
		hint: "SECONDS",
		help: "how long a run must have been over before subscriptions are told; its logs are read meanwhile",
		parse: wholeNumber(0, 86400)
	},
	smtp_url: {
		flag: "smtp-url",
		variables: ["PADDLES_SMTP_URL"],
		file: "/run/secrets/paddles_smtp_url",
		fallback: "",
		hint: "URL",
		help: "mail server for notifications, like smtp://user:password@mail.example.com:587; empty for no mail",
		secret: true,
		parse: (value) => value === "" || /^smtps?:\/\/[^\s/]+\/?(\?\S*)?$/.test(value) && URL.canParse(value) ? { value } : { problem: "must be a URL like smtp://user:password@mail.example.com:587" }
	},
	mail_from: {
		flag: "mail-from",
		variables: ["PADDLES_MAIL_FROM"],
		fallback: "",
		hint: "ADDRESS",
		help: "address that mail comes from",
		parse: matching(/^([^\s@<>,]+@[\w.-]+)?$/, "must be an address like paddles@example.com")
	}
};
// src/settings.ts
/** The table of all settings: names, defaults, and what is a valid value. */
/** The settings, in the order in which `--help` prints them. The names of the existing Python server keep their meaning. */
var settings = {
	host: {
		flag: "host",
		variables: ["PADDLES_SERVER_HOST"],
		fallback: "127.0.0.1",
		hint: "NAME",
		help: "address to listen on; 0.0.0.0 for all",
		parse: (value) => /^[\w.:-]+$/.test(value) ? { value } : { problem: "must be a host name or an IP address" }
	},
	port: {
		flag: "port",
		variables: ["PADDLES_SERVER_PORT"],
		fallback: 8080,
		hint: "NUMBER",
		help: "port to listen on; 0 for any free one",
		parse: wholeNumber(0, 65535)
	},
	database: {
		flag: "database",
		variables: ["PADDLES_DATABASE_URL", "PADDLES_SQLALCHEMY_URL"],
		file: "/run/secrets/paddles_sqlalchemy_url",
		fallback: "sqlite:///data/paddles.db",
		hint: "URL",
		help: "sqlite:///path or postgresql://user:password@host/database",
		secret: true,
		parse: matching(/^[a-z][\w+.-]*:\/\//, "must be a database URL like sqlite:///path or postgresql://user:password@host/database")
	},
	read_only: {
		flag: "read-only",
		variables: ["PADDLES_READ_ONLY"],
		fallback: false,
		hint: "true|false",
		help: "only read the database, for example a PostgreSQL standby, and refuse writes; the flag alone means true",
		parse: yesOrNo
	},
	pool_size: {
		flag: "pool-size",
		variables: ["PADDLES_POOL_SIZE"],
		fallback: 10,
		hint: "NUMBER",
		help: "connections to PostgreSQL",
		parse: wholeNumber(2, 500)
	},
	workers: {
		flag: "workers",
		variables: ["PADDLES_WORKERS"],
		fallback: 1,
		hint: "NUMBER",
		help: "processes that share the ports, on PostgreSQL; each has a pool of its own",
		parse: wholeNumber(1, 64)
	},
	address: {
		flag: "address",
		variables: ["PADDLES_ADDRESS"],
		fallback: "",
		hint: "URL",
		help: "public address, for links, also one with a path; otherwise taken from each request",
		parse: publicAddress
	},
	trusted_proxies: {
		flag: "trusted-proxies",
		variables: ["PADDLES_TRUSTED_PROXIES"],
		fallback: "127.0.0.0/8,::1",
		hint: "LIST",
		help: "addresses and networks of proxies whose X-Forwarded-Proto and X-Forwarded-Host count; empty for nobody",
		parse: networks
	},
	...accessSettings,
	body_limit: {
		flag: "body-limit",
		variables: ["PADDLES_BODY_LIMIT"],
		fallback: 2 << 20,
		hint: "BYTES",
		help: "largest request body, up to 16777216",
		parse: wholeNumber(1024, 16 << 20)
	},
	receive_budget: {
		flag: "receive-budget",
		variables: ["PADDLES_RECEIVE_BUDGET"],
		fallback: 32 << 20,
		hint: "BYTES",
		help: "all request bodies in memory; each takes up to four times as much, and further ones are answered 503",
		parse: wholeNumber(16 << 20, 1 << 30)
	},
	max_connections: {
		flag: "max-connections",
		variables: ["PADDLES_MAX_CONNECTIONS"],
		fallback: 2e3,
		hint: "NUMBER",
		help: "connections of clients to one process; further ones are answered 503",
		parse: wholeNumber(10, 1e5)
	},
	log_level: {
		flag: "log-level",
		variables: ["PADDLES_LOG_LEVEL"],
		fallback: "info",
		hint: "LEVEL",
		help: "fatal, error, warn, info, debug, trace or silent",
		parse: oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent")
	},
	log_format: {
		flag: "log-format",
		variables: ["PADDLES_LOG_FORMAT"],
		fallback: "auto",
		hint: "FORMAT",
		help: "json, pretty, or auto (pretty on a terminal)",
		parse: oneOf("auto", "json", "pretty")
	},
	log_file: {
		flag: "log-file",
		variables: ["PADDLES_LOG_FILE"],
		fallback: "",
		hint: "FILE",
		help: "where the log is appended, as JSON; SIGHUP opens it again; empty for standard output",
		parse: (value) => ({ value })
	},
	contract: {
		flag: "contract",
		variables: ["PADDLES_CONTRACT"],
		fallback: "classic",
		hint: "NAME",
		help: "what the main port speaks: classic or teuthology",
		parse: oneOf("classic", "teuthology")
	},
	teuthology_port: {
		flag: "teuthology-port",
		variables: ["PADDLES_TEUTHOLOGY_PORT"],
		fallback: 8081,
		hint: "NUMBER",
		help: "second port, which speaks the teuthology contract; empty for none",
		parse: secondPort
	},
	job_log_href_templ: {
		flag: "job-log-href-templ",
		variables: ["PADDLES_JOB_LOG_HREF_TEMPL"],
		fallback: "http://qa-proxy.ceph.com/teuthology/{run_name}/{job_id}/teuthology.log",
		hint: "URL",
		help: "where the log of a job is",
		parse: matching(/^https?:\/\/[^\s{}]*(\{(run_name|job_id)\}[^\s{}]*)*$/, "must be a URL, in which {run_name} and {job_id} are filled in")
	},
	archive: {
		flag: "archive",
		variables: ["PADDLES_ARCHIVE"],
		fallback: "",
		hint: "LIST",
		help: "folders or URLs of archives from which logs are read, with a template like {run}/{job}; empty for data/archive, if that is there",
		parse: archives
	},
	base_branches: {
		flag: "base-branches",
		variables: ["PADDLES_BASE_BRANCHES"],
		fallback: "",
		hint: "LIST",
		help: "branches that failures of other branches are compared with; empty for main and releases",
		parse: branchNames
	},
	expire_after: {
		flag: "expire-after",
		variables: ["PADDLES_EXPIRE_AFTER"],
		fallback: "3d,14d",
		hint: "AGE[,AGE]",
		help: "when running and waiting jobs without news are dead, then when queued ones are; off for never",
		parse: expiryAges
	},
	...notifySettings,
	latest_runs: {
		flag: "latest-runs",
		variables: ["PADDLES_LATEST_RUNS"],
		fallback: 25,
		hint: "NUMBER",
		help: "runs on a page of the teuthology contract",
		parse: wholeNumber(1, 1e3)
	},
	claim_browser_navigation: {
		flag: "claim-browser-navigation",
		variables: ["PADDLES_CLAIM_BROWSER_NAVIGATION"],
		fallback: false,
		hint: "true|false",
		help: "browsers get the dashboard at /runs/NAME, /nodes/NAME and /queue too",
		parse: yesOrNo
	},
	statsd_host: {
		flag: "statsd-host",
		variables: ["PADDLES_STATSD_HOST"],
		fallback: "",
		hint: "NAME",
		help: "where counters of finished jobs are sent; empty for nowhere",
		parse: matching(/^[\w.:-]*$/, "must be a host name or an IP address")
	},
	statsd_port: {
		flag: "statsd-port",
		variables: ["PADDLES_STATSD_PORT"],
		fallback: 8125,
		hint: "NUMBER",
		help: "UDP port of statsd",
		parse: wholeNumber(1, 65535)
	},
	statsd_prefix: {
		flag: "statsd-prefix",
		variables: ["PADDLES_STATSD_PREFIX"],
		fallback: "ceph.test.teuthology.your_lab",
		hint: "NAME",
		help: "how the names of counters begin",
		parse: matching(/^[^\s:|@#]{1,200}$/, "must be a name like ceph.test.teuthology.your_lab, without :, |, @, # or spaces")
	},
	sentry_dsn: {
		flag: "sentry-dsn",
		variables: ["SENTRY_DSN"],
		fallback: "",
		hint: "URL",
		help: "where internal errors are reported; empty for nowhere",
		secret: true,
		parse: sentryDsn
	}
};
// src/config.ts
/** Reads the settings: flag > secret file > environment > configuration file > default. Validated here, used everywhere. */
/** A wrong setting, in one sentence that names it and where it came from. */
var BadSetting = class extends Error {};
var configHelp = "JSON file with settings, as {\"port\": 8080} (PADDLES_CONFIG; default ./paddles.json when it is there)";
/**
* Reads the settings for one command with its own flags and the names of its operands. Throws `BadSetting` with one sentence for
* the first thing that is wrong.
*/
function readCommandLine(args, environment, own = [], operands = []) {
	const names = [
		...Object.values(settings).map((setting) => setting.flag),
		"config",
		...own.map((flag) => flag.name)
	];
	const valued = own.filter((flag) => flag.hint !== "").map((flag) => flag.name);
	const takesValue = (name) => valued.includes(name) || !own.some((flag) => flag.name === name);
	const { flags, positionals } = parseFlags(args, names, takesValue);
	const help = flags.help !== void 0;
	if (!help && positionals.length !== operands.length) throw new BadSetting(`this command takes ${operands.length === 0 ? "no operands" : operands.join(" ")}, not '${positionals.join(" ").slice(0, 100)}'; see --help`);
	const file = readConfigFile(flags.config, environment.PADDLES_CONFIG);
	const found = Object.entries(settings).map(([key, setting]) => [key, resolve(key, setting, flags, environment, file)]);
	return {
		config: Object.fromEntries(found.map(([key, { value }]) => [key, value])),
		sources: Object.fromEntries(found.map(([key, { source }]) => [key, source])),
		flags,
		operands: positionals,
		help
	};
}
function parseFlags(args, names, takesValue) {
	const options = Object.fromEntries(names.map((name) => [name, { type: takesValue(name) ? "string" : "boolean" }]));
	try {
		const { values, positionals } = parseArgs({
			args: args.map((arg, index) => isBareSwitch(arg, args[index + 1]) ? `${arg}=true` : arg),
			options: {
				...options,
				help: {
					type: "boolean",
					short: "h"
				}
			},
			strict: true,
			allowPositionals: true
		});
		return {
			flags: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
			positionals
		};
	} catch (error) {
		throw new BadSetting(`${error.message.split(/\.\s/)[0]}; see --help`);
	}
}
/** True for the flag of a setting that is true or false, when no value follows it. */
function isBareSwitch(arg, next) {
	return Object.values(settings).some(({ flag, fallback }) => `--${flag}` === arg && fallback === false) && (next === void 0 || next.startsWith("-"));
}
/** Control characters that are no white space. No name and no address has one. */
var controls = /(?!\s)\p{Cc}/u;
function resolve(key, setting, flags, environment, file) {
	const variable = setting.variables.find((name) => environment[name] !== void 0);
	const read = (value, source) => {
		const parsed = controls.test(value) ? { problem: "must not hold control characters" } : setting.parse(value.trim());
		if ("problem" in parsed) {
			const shown = `'${value.slice(0, 100).replace(/\p{Cc}/gu, " ")}'`;
			throw new BadSetting(`${source}: ${setting.secret ? "it" : shown} ${parsed.problem}`);
		}
		return {
			value: parsed.value,
			source
		};
	};
	const flag = flags[setting.flag];
	if (flag !== void 0) return read(flag, `--${setting.flag}`);
	if (setting.file && existsSync(setting.file)) return read(readSecret(setting.file), setting.file);
	if (variable !== void 0) return read(environment[variable], variable);
	const inFile = file.values[key];
	if (inFile === void 0) return { value: setting.fallback };
	const source = `setting '${key}' of the configuration file ${file.path}`;
	const problem = typeProblem(inFile, setting.fallback);
	if (problem !== null) throw new BadSetting(`${source}: ${problem}`);
	return read(String(inFile ?? ""), source);
}
/** What is wrong with the type of a value in the configuration file, or null. What is to be a text is one there too: `false` is no name of a file. */
function typeProblem(value, fallback) {
	const isText = typeof fallback === "string";
	if (value === null || typeof value === "string" || !isText && typeof value !== "object") return null;
	return `it must be ${isText ? "a text in quotes" : "a text, a number, true or false"}, not ${Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : String(value)}`;
}
function readSecret(path, source = "") {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		throw new BadSetting(`${source && `${source}: `}${path} cannot be read: ${error.message}`);
	}
}
function readConfigFile(flag, variable) {
	const named = flag ?? variable;
	const path = named ?? "paddles.json";
	if (named === void 0 && !existsSync(path)) return {
		path,
		values: {}
	};
	let values;
	try {
		values = JSON.parse(readFileSync(path, "utf8"));
	} catch (error) {
		throw new BadSetting(`${named === void 0 ? "" : flag === void 0 ? "PADDLES_CONFIG: " : "--config: "}the configuration file ${path} cannot be read: ${error.message}`);
	}
	if (typeof values !== "object" || values === null || Array.isArray(values)) throw new BadSetting(`the configuration file ${path} must hold a JSON object`);
	const unknown = Object.keys(values).find((key) => !Object.hasOwn(settings, key));
	if (unknown !== void 0) throw new BadSetting(`${path} has an unknown setting '${unknown}'; known: ${Object.keys(settings).join(", ")}`);
	return {
		path,
		values
	};
}
/** What a command takes: its own flags, then the settings that it uses, in the order in which `--help` lists them. */
function optionsOf(own, used = Object.keys(settings)) {
	const plain = {
		variables: [],
		fallback: "",
		choices: []
	};
	const ownOptions = own.map(({ name, hint, help }) => ({
		...plain,
		flag: name,
		hint,
		help
	}));
	const shared = used.map((key) => {
		const { flag, hint, help, variables, fallback, parse } = settings[key];
		const choices = parse.choices ?? (hint === "true|false" ? ["true", "false"] : []);
		return {
			flag,
			hint,
			help,
			variables,
			fallback: String(fallback ?? ""),
			choices
		};
	});
	const file = {
		...plain,
		flag: "config",
		hint: "FILE",
		help: configHelp,
		variables: ["PADDLES_CONFIG"]
	};
	const help = {
		...plain,
		flag: "help",
		hint: "",
		help: "print this and stop"
	};
	return [
		...ownOptions,
		...shared,
		...used.length > 0 ? [file] : [],
		help
	];
}
/** The part of `--help` that lists them. */
function flagsHelp(own, used) {
	return optionsOf(own, used).map(({ flag, hint, help, variables, fallback }) => {
		const where = variables.length > 0 && flag !== "config" ? ` (${variables.join(", ")}; default ${fallback === "" ? "none" : fallback})` : "";
		return `  ${`--${flag} ${hint}`.padEnd(30)} ${help}${where}`;
	}).join("\n");
}
/** Throws `BadSetting` when both doors of the server are to have the same port. */
function checkPorts({ contract, port, teuthology_port }) {
	if (contract === "teuthology" || port === 0 || port !== teuthology_port) return;
	throw new BadSetting(`--port and --teuthology-port are both ${port}${port === settings.teuthology_port.fallback ? ", the default of --teuthology-port" : ""}; choose another for one of them, or close the second port with --teuthology-port ''`);
}
/** Throws `BadSetting` when the settings of access do not fit together, or the file of tokens cannot be read. */
function checkAccess({ config, sources }) {
	const { auth_header, tokens_file } = config;
	if (auth_header !== "" && sources.trusted_proxies === void 0) throw new BadSetting(`${sources.auth_header}: set --trusted-proxies too, to the addresses that may send this header`);
	if (tokens_file === "") return;
	const [problem] = parseTokensFile(readSecret(tokens_file, sources.tokens_file)).problems;
	if (problem) throw new BadSetting(`${sources.tokens_file}: ${tokens_file}: ${problem}`);
}
export { tokenPrefix as _, optionsOf as a, accessProblem as c, nobody as d, parseScopes as f, secretOf as g, scopes as h, flagsHelp as i, mayRead as l, requirements as m, checkAccess as n, readCommandLine as o, parseTokensFile as p, checkPorts as r, settings as s, BadSetting as t, needsToken as u };
