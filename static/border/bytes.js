/* Bytes as text and back: base64 as the server reads it, and JSON in UTF-8. */

export const toBase64 = (bytes) => {
  let text = "";
  const view = new Uint8Array(bytes);
  for (let at = 0; at < view.length; at += 0x8000) text += String.fromCharCode(...view.subarray(at, at + 0x8000));
  return btoa(text);
};

export const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export const encode = (value) => new TextEncoder().encode(JSON.stringify(value));

export const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
