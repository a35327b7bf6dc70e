// The section basic_auth_users: names and the bcrypt hashes of their passwords. Pure.

import { costOf, MOST_COST } from "../login/bcrypt_hash.js";
import { shown, type YamlValue } from "./yaml_reader.js";

export function usersOf(value: YamlValue): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  const given = value.map();
  for (const key of value.keys()) if (!given.has(key)) throw value.fault(`user ${shown(key)} has no password hash`);
  for (const [name, hash] of given) {
    const text = hash.string();
    if (name.includes(":")) throw hash.fault(`user name ${shown(name)} has a colon, which no login can have`);
    if (costOf(text) === undefined) {
      throw hash.fault(
        `the password of user ${shown(name)} is no bcrypt hash ($2y$ and so on) with a cost from 4 to ${MOST_COST}; ` +
          "htpasswd -nBC 10 NAME makes one",
      );
    }
    users.set(name, text);
  }
  return users;
}
