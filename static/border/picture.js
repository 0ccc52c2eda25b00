/* What the phone's camera took, made ready to be sent. */

import { toBase64 } from "./bytes.js";

const SIDE = 900;

/* A photograph as it is sent: small, drawn anew, so that no place is told by it. */
export const smallPhoto = async (file) => {
  if (!file) return "";
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.8); });
  return toBase64(await blob.arrayBuffer());
};
