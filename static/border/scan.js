/* Reads the QR codes of the manifest sheet and of the dossier: with the browser's own detector where it has one, else with jsQR. */

const WIDTH = 640;
const EVERY_MS = 200;
const ID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
const SEAT = new RegExp(`/seats/${ID}/?$`, "i");
const DOSSIER = new RegExp(`/dossiers/person/${ID}/(\\d{1,5})/?$`, "i");

/* What a code names: {seat} on a manifest, {code, version} on a dossier, {} where it is a code of something else. */
export const named = (text) => {
  const seat = SEAT.exec(text.trim());
  if (seat) return { seat: seat[1].toLowerCase() };
  const dossier = DOSSIER.exec(text.trim());
  return dossier ? { code: dossier[1].toLowerCase(), version: Number(dossier[2]) } : {};
};

const ownDetector = async () => {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const formats = await window.BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
};

const withLibrary = async () => {
  await import("../vendor/jsqr/jsQR.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (source, width, height) => {
    canvas.width = Math.min(WIDTH, width);
    canvas.height = Math.round((height * canvas.width) / width);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const found = window.jsQR(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
    return found ? found.data : "";
  };
};

/* A function that reads one picture: (source, width, height) -> text, "" where there is no code. */
export const reader = async () => {
  const detector = await ownDetector();
  if (!detector) return withLibrary();
  return async (source) => ((await detector.detect(source))[0] || { rawValue: "" }).rawValue;
};

/* Show the camera in `video` and call `found` with what a code names until `stop()`, the returned function. */
export const scan = async (video, found) => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  let running = true;
  const stop = () => {
    running = false;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  video.srcObject = stream;
  await video.play();
  const read = await reader();
  const look = async () => {
    if (!running) return;
    if (video.videoWidth) {
      const text = await read(video, video.videoWidth, video.videoHeight).catch(() => "");
      if (text && running) found(named(text));
    }
    window.setTimeout(look, EVERY_MS);
  };
  look();
  return stop;
};
