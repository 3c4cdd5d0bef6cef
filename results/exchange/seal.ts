/**
 * What vouches for an export: a digest over its lines and, if who exported has a key, an Ed25519 signature of that digest.
 * The signature is of DSSE's encoding, so that it can be of nothing else. A key is a PKCS #8 file, as OpenSSL writes it.
 * https://www.rfc-editor.org/rfc/rfc8032, https://www.rfc-editor.org/rfc/rfc8410,
 * https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
import { UserError } from "../../engine/mod.ts";

/** The last line of an export. */
export interface Seal {
  /** How many recordings there are, and the SHA-256 of every byte before this line. */
  readonly count: number;
  readonly digest: string;
  readonly key?: string;
  readonly signature?: string;
}

const NAME = "Ed25519";
const PREFIX = "ed25519:";
const TYPE = "application/vnd.assay.export";
const URL_SAFE = { alphabet: "base64url", omitPadding: true } as const;

/** A private key with the public one as others name it: "ed25519:" and 43 characters. */
export interface SigningKey {
  readonly secret: CryptoKey;
  readonly key: string;
}

/** Makes a key, writes its private half to a new file that only its owner may read, and gives the public half. */
export async function makeKey(path: string): Promise<string> {
  const pair = await crypto.subtle.generateKey(NAME, true, ["sign", "verify"]) as CryptoKeyPair;
  const body = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toBase64();
  try {
    await Deno.writeTextFile(path, `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`, {
      createNew: true,
      mode: 0o600,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const found = error instanceof Deno.errors.AlreadyExists ? "there is one already" : error.message;
    throw new UserError(`Cannot make a key at ${path} as it must be a new file: ${found}.`);
  }
  return nameOf(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
}

/** Reads a private key. @throws {UserError} when it cannot be read, or is of another kind. */
export async function readKey(path: string): Promise<SigningKey> {
  try {
    const pem = await Deno.readTextFile(path);
    const body = /-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
    if (body === undefined) throw new Error("it has no such block");
    const bytes = Uint8Array.fromBase64(body.replaceAll(/\s/g, ""));
    const secret = await crypto.subtle.importKey("pkcs8", bytes, NAME, true, ["sign"]);
    const { x } = await crypto.subtle.exportKey("jwk", secret);
    return { secret, key: nameOf(Uint8Array.fromBase64(x!, { alphabet: "base64url" })) };
  } catch (error) {
    throw new UserError(
      `Cannot sign with ${path} as it must hold an Ed25519 private key in PEM: ${
        error instanceof Error ? error.message : error
      }. Make one with \`deno task export --new-key FILE\`.`,
    );
  }
}

/** The signature of a digest. */
export async function sign(digest: string, { secret }: SigningKey): Promise<string> {
  return new Uint8Array(await crypto.subtle.sign(NAME, secret, encode(digest))).toBase64(URL_SAFE);
}

/** Whether the signature is that of the digest by this public key. */
export async function verify(digest: string, key: string, signature: string): Promise<boolean> {
  try {
    const raw = Uint8Array.fromBase64(publicKey(key).slice(PREFIX.length), { alphabet: "base64url" });
    const imported = await crypto.subtle.importKey("raw", raw, NAME, false, ["verify"]);
    const bytes = Uint8Array.fromBase64(signature, { alphabet: "base64url" });
    return await crypto.subtle.verify(NAME, imported, bytes, encode(digest));
  } catch {
    return false;
  }
}

/** The text, where it names a public key. @throws {UserError} when it does not. */
export function publicKey(text: string): string {
  if (/^ed25519:[A-Za-z0-9_-]{43}$/.test(text)) return text;
  throw new UserError(
    `Cannot use ${
      JSON.stringify(text.slice(0, 80))
    } as a key as it must be "${PREFIX}" and 43 characters, as an export names it.`,
  );
}

const nameOf = (raw: Uint8Array) => PREFIX + raw.toBase64(URL_SAFE);

/** DSSE's pre-authentication encoding of our type and the digest. */
const encode = (digest: string) =>
  new TextEncoder().encode(`DSSEv1 ${TYPE.length} ${TYPE} ${digest.length} ${digest}`);
