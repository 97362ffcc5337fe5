#!/usr/bin/env node
import { i as flagsHelp, o as readCommandLine, s as settings, t as BadSetting } from "./config-Bxv6dHMz.js";
import { t as version } from "./version-C9EMWEWG.js";
// src/commands.ts
var ofDatabase = [
	"database",
	"read_only",
	"pool_size"
];
/** All commands by name. */
var commands = {
	serve: {
		summary: "create or migrate the database, then serve until stopped",
		flags: [],
		run: async (line) => (await import("./serve-gbUU2zv1.js")).serve(line)
	},
	migrate: {
		summary: "create or migrate the database, then stop",
		flags: [],
		settings: ofDatabase,
		run: async (line) => (await import("./migrate-CVPCNJAt.js")).migrateDatabase(line)
	},
	reindex: {
		summary: "compute the causes of all stored failures again",
		flags: [{
			name: "logs",
			hint: "",
			help: "read the logs of all failures again instead, from the archive"
		}],
		settings: [
			...ofDatabase,
			"archive",
			"log_level",
			"log_format",
			"log_file"
		],
		run: async (line) => (await import("./reindex-BVxbXC-D.js")).reindexDatabase(line)
	},
	prune: {
		summary: "delete old runs, the bulky documents of old jobs, or the log of old changes",
		flags: [
			{
				name: "runs-older-than",
				hint: "AGE",
				help: "age since their last change of runs that are deleted, like 3y"
			},
			{
				name: "documents-older-than",
				hint: "AGE",
				help: "age of runs since their last change, like 180d or 26w"
			},
			{
				name: "audit-older-than",
				hint: "AGE",
				help: "age of changes that are forgotten, like 400d"
			},
			{
				name: "dry-run",
				hint: "",
				help: "only print how many runs and changes it is about"
			}
		],
		settings: ofDatabase,
		run: async (line) => (await import("./prune-CGhtQRzx.js")).pruneDatabase(line)
	},
	expire: {
		summary: "end the jobs of which there has been no news for long, as the server does by itself",
		flags: [{
			name: "dry-run",
			hint: "",
			help: "only print how many jobs would end"
		}],
		settings: [...ofDatabase, "expire_after"],
		run: async (line) => (await import("./expire-C7gppqCs.js")).expireJobs(line)
	},
	backup: {
		summary: "copy the database to a new file, while servers write to it",
		operands: ["FILE"],
		flags: [],
		settings: ["database"],
		run: async (line) => (await import("./backup-X4zNvtkl.js")).backupDatabase(line)
	},
	restore: {
		summary: "fill an empty database from a backup",
		operands: ["FILE"],
		flags: [],
		settings: ["database"],
		run: async (line) => (await import("./backup-X4zNvtkl.js")).restoreDatabase(line)
	},
	doctor: {
		summary: "say what is wrong with the database, and change nothing",
		flags: [],
		settings: ["database", "pool_size"],
		run: async (line) => (await import("./doctor-yO-qOpKk.js")).examineDatabase(line)
	},
	import: {
		summary: "copy the database of a Python server, which is only read, or read an export",
		flags: [
			{
				name: "from",
				hint: "SOURCE",
				help: "the old database, postgresql://user:password@host/paddles, or a file"
			},
			{
				name: "follow",
				hint: "",
				help: "go on copying what changes, until it is stopped"
			},
			{
				name: "every",
				hint: "AGE",
				help: "with --follow: how often to look (60s)"
			},
			{
				name: "verify",
				hint: "",
				help: "compare what was copied since it was compared last"
			},
			{
				name: "verify-all",
				hint: "",
				help: "compare everything"
			},
			{
				name: "old-server",
				hint: "URL",
				help: "with --verify: also compare answers for 1,000 random jobs of this server"
			},
			{
				name: "new-server",
				hint: "URL",
				help: "with those of this one, where it speaks the teuthology contract"
			},
			{
				name: "dry-run",
				hint: "",
				help: "read and check everything, write nothing"
			},
			{
				name: "report",
				hint: "FILE",
				help: "where to tell what cannot be copied as it is (paddles-import.jsonl)"
			},
			{
				name: "json",
				hint: "",
				help: "print the progress as JSON"
			}
		],
		settings: ofDatabase,
		run: async (line) => (await import("./import-BITPpiv7.js")).importDatabase(line)
	},
	export: {
		summary: "write everything to a file, or a table of runs or jobs, or take changes back to an old server",
		flags: [
			{
				name: "to",
				hint: "FILE",
				help: "where to; - for standard output (-), or the address of an old server"
			},
			{
				name: "format",
				hint: "NAME",
				help: "ndjson (everything), csv or parquet"
			},
			{
				name: "what",
				hint: "NAME",
				help: "with csv and parquet: jobs (default) or runs"
			},
			{
				name: "filter",
				hint: "TEXT",
				help: "with csv and parquet: which runs, like 'suite:rados branch:main'"
			},
			{
				name: "since",
				hint: "TIME",
				help: "the time of the switch in UTC: sends what changed to the old server"
			}
		],
		settings: ["database", "pool_size"],
		run: async (line) => (await import("./export-DJyrGSRR.js")).exportDatabase(line)
	},
	"token create": {
		summary: "make a token and print it, once",
		operands: ["NAME"],
		flags: [{
			name: "scope",
			hint: "LIST",
			help: "what it is good for: read, report, lock, triage, admin; report,lock"
		}, {
			name: "expires",
			hint: "AGE",
			help: "for how long: 90d, 52w; without it, until it is revoked"
		}],
		settings: ofDatabase,
		run: async (line) => (await import("./token-Cs7DkObF.js")).createToken(line)
	},
	"token list": {
		summary: "print the names and scopes of all tokens",
		flags: [],
		settings: ofDatabase,
		run: async (line) => (await import("./token-Cs7DkObF.js")).listTokens(line)
	},
	"token revoke": {
		summary: "make a token worthless, with the sessions that began with it",
		operands: ["NAME"],
		flags: [],
		settings: ofDatabase,
		run: async (line) => (await import("./token-Cs7DkObF.js")).revokeToken(line)
	},
	completion: {
		summary: "print what makes a shell complete commands and flags: bash, zsh or fish",
		operands: ["SHELL"],
		flags: [],
		settings: [],
		run: async (line) => (await import("./completion-v-zMUiTQ.js")).printCompletion(line, commands)
	},
	man: {
		summary: "print the manual page, for \"man -l -\"",
		flags: [],
		settings: [],
		run: async () => (await import("./man-DgakMLHh.js")).printManual(commands)
	}
};
// src/misspelt.ts
/** Finds settings that are misspelt in the environment, where a wrong name would otherwise go unnoticed. */
var known = ["PADDLES_CONFIG", ...Object.values(settings).flatMap(({ variables }) => variables)];
/** What Kubernetes sets for a service that is called paddles. */
var ofKubernetes = /^PADDLES_(PORT=\w+:\/\/|PORT_\d|SERVICE_)/;
/** The variables `PADDLES_…` that are no settings, each with the setting whose name is closest. */
function misspelt(environment) {
	return Object.entries(environment).filter(([name]) => name.startsWith("PADDLES_") && !known.includes(name)).filter(([name, value]) => !ofKubernetes.test(`${name}=${value}`)).map(([name]) => {
		return {
			name,
			nearest: known.map((one) => ({
				one,
				rank: difference(part(name), part(one))
			})).sort((a, b) => a.rank - b.rank)[0].one
		};
	});
}
function part(name) {
	return name.replace(/^PADDLES_/, "").slice(0, 100);
}
/** Which share of the letters of two names must be added or removed to turn one into the other, from 0 to 1. */
function difference(from, to) {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [at, letter] of [...from].entries()) {
		const next = [at + 1];
		for (let index = 0; index < to.length; index++) {
			const edits = Math.min(row[index + 1], next[index]) + 1;
			next.push(letter === to[index] ? row[index] : edits);
		}
		row = next;
	}
	return row.at(-1) / (from.length + to.length);
}
// src/main.ts
/** Process entry: the command line decides which command runs. */
hearOfLostOutput();
process.exitCode = await main(process.argv.slice(2));
async function main([first = "serve", ...rest]) {
	const [name, args] = first === "token" && rest[0]?.[0] !== "-" ? [`token ${rest[0] ?? ""}`.trim(), rest.slice(1)] : [first, rest];
	if (name === "--version" || name === "-v" || name === "version") return print(`paddles ${version}`);
	if (name === "--help" || name === "-h" || name === "help") return print(help());
	const command = name.startsWith("-") ? commands.serve : commands[name];
	if (!command) return complain(`there is no command '${name}'; the commands are: ${Object.keys(commands).join(", ")}`);
	if (Number.parseInt(process.versions.node, 10) < 24) return complain(`this is Node ${process.versions.node}; the program needs Node 24 or later`);
	warnOfMisspelt();
	try {
		const line = readCommandLine(name.startsWith("-") ? [name, ...args] : args, process.env, command.flags, command.operands);
		if (line.help) return print(commandHelp(name.startsWith("-") ? "serve" : name, command));
		return await command.run(line);
	} catch (error) {
		if (error instanceof BadSetting) return complain(error.message);
		throw error;
	}
}
/** What is printed may be lost: the work goes on all the same, and whoever needed the output finds the exit code 1. */
function hearOfLostOutput() {
	let isTold = false;
	process.stderr.on("error", () => {});
	process.stdout.on("error", ({ code, message }) => {
		if (code === "EPIPE" || isTold) return;
		isTold = true;
		complain(`standard output cannot be written: ${message}`);
		process.on("exit", () => {
			process.exitCode ||= 1;
		});
	});
}
function warnOfMisspelt() {
	for (const { name, nearest } of misspelt(process.env)) {
		process.stderr.write(`paddles: warning: ${name} is not a setting and is ignored; the nearest one is ${nearest}\n`);
		delete process.env[name];
	}
}
function print(text) {
	process.stdout.write(`${text}\n`);
	return 0;
}
/** A mistake of the person who typed the command: one sentence, exit code 2. */
function complain(sentence) {
	process.stderr.write(`paddles: ${sentence}\n`);
	return 2;
}
function help() {
	const lines = Object.entries(commands).map(([name, { summary }]) => `  paddles ${name.padEnd(12)} ${summary}`);
	return [
		`paddles ${version} - a results server for test runs`,
		"",
		...lines,
		"  paddles --version",
		"",
		"Without a command it serves. \"paddles COMMAND --help\" lists the settings; each is a flag, an environment variable",
		"or a line of the configuration file, in this order of precedence."
	].join("\n");
}
function commandHelp(name, { summary, flags, operands = [], settings }) {
	return `paddles ${[name, ...operands].join(" ")}: ${summary}\n\n${flagsHelp(flags, settings)}`;
}
export {};
