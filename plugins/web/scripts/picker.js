// The picker of paths, beside the form that wants one.

const listFolder = async (query) => {
    const answer = await fetch("/files?" + new URLSearchParams(query), {
        headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15000),
    });
    const found = await answer.json();
    if (!answer.ok) {
        throw new Error(found.error.message);
    }
    return found;
};

const pickPath = (input, opener) => {
    const label = one(`label[for="${CSS.escape(input.id)}"]`)?.textContent ?? input.name;
    const crumbs = make("nav", { className: "crumbs", ariaLabel: "Folders" });
    const part = make("input", { type: "search", id: "picker-part", autocomplete: "off", autofocus: true });
    const hidden = make("input", { type: "checkbox" });
    const list = make("ul", { className: "picker" });
    const note = make("p", { className: "quiet", role: "status" });
    const use = make("button", { className: "button", type: "button" }, "Use this folder");
    const dialog = openDialog([
        make("h2", {}, `Choose a path for ${label}`), crumbs,
        make("label", { htmlFor: part.id }, "Part of the name"), part,
        make("label", { className: "check" }, hidden, "Hidden ones, too"), list, note,
        make("div", { className: "actions" }, use, closer("Cancel")),
    ], opener);
    let here = {}, last = 0;

    const choose = (path) => {
        input.value = path;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        dialog.back = input;
        dialog.close();
    };
    const enter = (root, path) => {
        part.value = "";
        part.focus();
        look({ root, path });
    };
    const button = (text, act) => {
        const made = make("button", { className: "button quiet small", type: "button" }, text);
        made.addEventListener("click", act);
        return made;
    };
    const look = async (place) => {
        const turn = ++last;
        try {
            const found = await listFolder({ ...place, q: part.value, hidden: hidden.checked ? 1 : 0 });
            if (turn !== last) {
                return; // more was typed in meanwhile
            }
            here = found;
            show();
        } catch (error) {
            note.textContent = error.message;
        }
    };
    const show = () => {
        const parts = here.path ? here.path.split("/") : [];
        crumbs.replaceChildren(
            ...here.roots.filter((root) => root !== here.root).map((root) => button(root, () => enter(root, ""))),
            button(here.root, () => enter(here.root, "")),
            ...parts.map((name, i) => button(name, () => enter(here.root, parts.slice(0, i + 1).join("/")))));
        list.replaceChildren(...here.entries.map((entry) => {
            const about = make("small", {}, entry.why_not ?? (entry.folder ? "" : entry.kind));
            if (!entry.path) {
                return make("li", {}, entry.name, " ", about);
            }
            return make("li", {}, button(entry.name + (entry.folder ? "/" : ""), () => entry.folder
                ? enter(here.root, (here.path ? here.path + "/" : "") + entry.path.split("/").at(-1))
                : choose(entry.path)), about);
        }));
        setText(note, here.note || `${here.entries.length} in ${here.absolute}`);
    };
    const again = () => look({ root: here.root, path: here.path });
    part.addEventListener("input", again);
    part.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === "ArrowDown") {
            event.preventDefault();
            const first = one("button", list);
            event.key === "Enter" ? first?.click() : first?.focus();
        }
    });
    list.addEventListener("keydown", (event) => {
        const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (move) {
            event.preventDefault();
            const buttons = all("button", list);
            (buttons[buttons.indexOf(document.activeElement) + move] ?? part).focus();
        }
    });
    hidden.addEventListener("change", again);
    use.addEventListener("click", () => choose(here.absolute));
    look({ at: input.value });
};

// On the page of the picker: as it is typed.
const narrow = (input) => {
    let waits;
    input.addEventListener("input", () => {
        clearTimeout(waits);
        waits = setTimeout(() => {
            history.replaceState(null, "", "/files?" + new URLSearchParams(new FormData(input.form)));
            refresh(false);
        }, 150);
    });
};

const startPicker = () => {
    document.addEventListener("click", (event) => {
        const button = event.target.closest?.("[data-picker]");
        if (button && isPlainClick(event) && !root.classList.contains("stale")) {
            event.preventDefault();
            pickPath(document.getElementById(button.dataset.picker), button);
        }
    });
    all("[data-narrows]").forEach(narrow);
};

startPicker();
