// Completion of a flag table for bash, as a script. It needs bash 4 and none of the bash-completion package's functions.

import { type Flag, type FlagTable, isSwitch } from "./flags.js";

/** Shell words that give the values of a flag which no table knows: what is on this machine now. */
const LIVE_VALUES: Readonly<Record<string, string>> = {
  netns: "/run/netns/*",
  egress: "/sys/class/net/*",
  iif: "/sys/class/net/*",
  oif: "/sys/class/net/*",
};

/**
 * The text of /usr/share/bash-completion/completions/`program`; ends in a newline. `subcommands`: first words that have flags
 * of their own.
 */
export function bashCompletion(
  program: string,
  table: FlagTable,
  subcommands: Readonly<Record<string, FlagTable>> = {},
): string {
  const words = Object.keys(subcommands);
  const cases = Object.entries(subcommands).map(
    ([word, flags]) => `	if [[ $COMP_CWORD -gt 1 && \${COMP_WORDS[1]} == ${word} ]]; then
${flagCases(flags, [])}
	else`,
  );
  return `# Completes the flags of ${program} in bash; made from the table of flags that ${program} itself reads.

_${program}() {
	local word=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} offer
	# Bash takes the = of --flag=value for a word of its own.
	if [[ $word == "=" ]]; then
		word=""
	elif [[ $flag == "=" ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
	local -a offers
${[...cases, flagCases(table, words), ...cases.map(() => "	fi")].join("\n")}
	COMPREPLY=()
	for offer in "\${offers[@]}"; do
		# What a pattern stays that finds nothing.
		[[ $offer == /*/\\* ]] && continue
		offer=\${offer##*/}
		[[ $offer == "$word"* ]] && COMPREPLY+=("$offer")
	done
	# The value of a flag follows its = without a blank.
	[[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
	return 0
}

complete -F _${program} ${program}
`;
}

/** `words`: offered beside the flags. */
function flagCases(table: FlagTable, words: readonly string[]): string {
  const flags = Object.entries(table);
  const values = flags.flatMap(([name, flag]) => (isSwitch(flag) ? [] : valueCase(name, flag)));
  const names = flags.flatMap(([name, flag]) => spellings(name, flag));
  return `	case $flag in
${values.join("\n")}
	*) offers=(${[...words, ...names].join(" ")}) ;;
	esac`;
}

function spellings(name: string, flag: Flag): string[] {
  if (!isSwitch(flag)) return [`--${name}=`];
  return flag.kind === "boolean" && flag.default ? [`--${name}`, `--no-${name}`] : [`--${name}`];
}

function valueCase(name: string, flag: Exclude<Flag, { kind: "boolean" | "count" }>): string {
  const pattern = flag.alias === undefined ? `--${name}` : `--${name} | --${flag.alias}`;
  if ("placeholder" in flag && flag.placeholder === "FILE") {
    return `	${pattern})
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return 0
		;;`;
  }
  const choices = "choices" in flag ? flag.choices : undefined;
  return `	${pattern}) offers=(${choices?.join(" ") ?? LIVE_VALUES[name] ?? ""}) ;;`;
}
