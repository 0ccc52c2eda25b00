/* A PDF beside its data. pdf.js is two megabytes: a narrow screen, or one that saves data, loads it when asked. */

const ZOOM_STEP = 1.2;
/* pdf.js would fetch a catalogue of its own words; the only words shown here are the page's. */
const NO_WORDS = {
  getLanguage: () => document.documentElement.lang, getDirection: () => "ltr", get: async () => "",
  translate: async () => {}, translateOnce: async () => {}, pause: () => {}, resume: () => {},
};

class Viewer {
  constructor(box) {
    this.box = box;
    this.part = (name) => box.querySelector(`[data-pdf-${name}]`);
    this.button = (name) => box.querySelector(`[data-pdf-do="${name}"]`);
    this.wanted = Number(box.dataset.page) || 1;
    for (const button of box.querySelectorAll("[data-pdf-do]")) {
      button.addEventListener("click", () => this[button.dataset.pdfDo]());
    }
    this.part("number").addEventListener("change", (event) => this.turn(Number(event.target.value)));
    this.part("find").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.find(event.target.value, event.shiftKey);
    });
    const waits = "waits" in box.dataset || window.matchMedia("(max-width: 767px)").matches || Boolean(navigator.connection?.saveData);
    if (waits) this.button("show").hidden = false;
    else this.show();
  }

  async show() {
    if (this.loading) return this.loading;
    this.button("show").hidden = true;
    this.say("", false);
    this.loading = this.load().catch(() => {
      /* Whatever the reason is, the remedy is the same, and the file itself is one link away. */
      this.loading = null;
      this.say(this.box.dataset.failed, true);
      this.button("show").hidden = false;
    });
    return this.loading;
  }

  async load() {
    const { library, worker, viewer, url } = this.box.dataset;
    const pdfjs = await import(library);
    pdfjs.GlobalWorkerOptions.workerSrc = worker;
    const { EventBus, PDFFindController, PDFLinkService, PDFViewer } = await import(viewer);
    const task = pdfjs.getDocument({ url, verbosity: pdfjs.VerbosityLevel.ERRORS, isEvalSupported: false, useWasm: false, enableXfa: false, disableAutoFetch: true });
    const file = await task.promise;
    this.box.querySelector(".lmc-pdf-window").hidden = false;
    this.box.querySelector(".lmc-pdf-bar").hidden = false;
    this.bus = new EventBus();
    const linkService = new PDFLinkService({ eventBus: this.bus });
    const findController = new PDFFindController({ eventBus: this.bus, linkService });
    this.pages = new PDFViewer({
      container: this.box.querySelector(".lmc-pdf-scroll"), eventBus: this.bus, linkService, findController, l10n: NO_WORDS,
      annotationMode: pdfjs.AnnotationMode.ENABLE, annotationEditorMode: pdfjs.AnnotationEditorType.DISABLE,
    });
    linkService.setViewer(this.pages);
    this.bus.on("pagesinit", () => {
      this.fit();
      this.turn(this.wanted);
      this.part("state").hidden = true;
    });
    this.bus.on("pagechanging", ({ pageNumber }) => this.told(pageNumber));
    this.bus.on("pagerendered", ({ source, pageNumber }) => source.div.setAttribute("aria-label", this.pageName(pageNumber)));
    this.bus.on("updatefindcontrolstate", ({ state }) => this.found(state));
    this.pages.setDocument(file);
    linkService.setDocument(file, null);
    this.part("number").max = file.numPages;
    this.told(1);
  }

  say(text, is_trouble) {
    const state = this.part("state");
    this.loadingText ??= state.textContent;
    state.textContent = text || this.loadingText;
    state.classList.toggle("text-danger", is_trouble);
    state.hidden = false;
  }

  pageName(page) {
    return this.box.dataset.pageName.replace("{page}", page).replace("{pages}", this.pages.pagesCount);
  }

  told(page) {
    const pages = this.pages.pagesCount || Number(this.part("number").max);
    if (document.activeElement !== this.part("number")) this.part("number").value = page;
    this.part("pages").textContent = `/ ${pages}`;
    this.button("back").disabled = page <= 1;
    this.button("forward").disabled = page >= pages;
    this.box.dispatchEvent(new CustomEvent("pdf-viewer:page", { bubbles: true, detail: { page, pages } }));
  }

  turn(page) {
    this.wanted = page;
    if (!this.pages?.pagesCount) return;
    const last = this.pages.pagesCount;
    this.pages.currentPageNumber = Math.min(Math.max(Math.trunc(page) || 1, 1), last);
    this.part("number").value = this.pages.currentPageNumber;
  }

  back() { this.pages.previousPage(); }
  forward() { this.pages.nextPage(); }
  larger() { this.pages.increaseScale({ scaleFactor: ZOOM_STEP }); }
  smaller() { this.pages.decreaseScale({ scaleFactor: 1 / ZOOM_STEP }); }
  fit() { this.pages.currentScaleValue = "page-width"; }

  find(query, backwards) {
    const again = query === this.sought;
    this.sought = query;
    this.bus.dispatch("find", {
      source: this, type: again ? "again" : "", query, caseSensitive: false, entireWord: false, highlightAll: true,
      findPrevious: backwards, matchDiacritics: true,
    });
  }

  found(state) {
    const missing = state === 1 && Boolean(this.sought);
    this.part("find").setAttribute("aria-invalid", String(missing));
    if (missing) this.say(this.box.dataset.notFound, false);
    else this.part("state").hidden = true;
  }
}

const viewers = Array.from(document.querySelectorAll("[data-pdf-viewer]"), (box) => new Viewer(box));

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-pdf-page]");
  if (!link || !viewers.length) return;
  event.preventDefault();
  const viewer = viewers[0];
  viewer.turn(Number(link.dataset.pdfPage));
  viewer.show();
  viewer.box.scrollIntoView({ block: "nearest" });
});
