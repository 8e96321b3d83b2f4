// What this browser keeps for the console, and how the page looks by it. First of all: it is done before anything is drawn.

const root = document.documentElement;
root.classList.add("js");

// In one entry of localStorage; where there is none, for as long as the page is open.
const kept = {};
const readKept = () => {
    try {
        Object.assign(kept, JSON.parse(localStorage.getItem("banger")));
    } catch {} // not allowed, or of somebody else's making
};
readKept();
const keep = (name, value) => {
    readKept(); // another page may have kept something meanwhile
    kept[name] = value;
    try {
        localStorage.setItem("banger", JSON.stringify(kept));
    } catch {}
};

const themes = { auto: "as the system has it", light: "light", dark: "dark" };
const showTheme = () => {
    if (!Object.hasOwn(themes, kept.theme)) {
        kept.theme = "auto";
    }
    if (kept.theme === "auto") {
        delete root.dataset.theme;
    } else {
        root.dataset.theme = kept.theme;
    }
    for (const button of all("[data-theme-toggle]")) {
        button.setAttribute("aria-label", button.title = "Colours: " + themes[kept.theme]);
    }
};

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector, within = document) => within.querySelector(selector);
// An element: its properties or attributes, and what is in it.
const make = (name, properties = {}, ...inside) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (key in element) {
            element[key] = value;
        } else {
            element.setAttribute(key, value);
        }
    }
    element.append(...inside);
    return element;
};

showTheme();

const nextTheme = () => {
    const names = Object.keys(themes);
    keep("theme", names[(names.indexOf(kept.theme) + 1) % names.length]);
    showTheme();
    showSettings();
};

const showSettings = () => {
    for (const input of all("[data-setting]")) {
        input.checked = input.type === "radio" ? input.value === kept[input.dataset.setting]
                                               : kept[input.dataset.setting] !== false;
    }
};

const startSettings = () => {
    showTheme();
    showSettings();
    document.addEventListener("change", ({ target }) => {
        if (target.dataset.setting) {
            keep(target.dataset.setting, target.type === "radio" ? target.value : target.checked);
            showTheme();
        }
    });
    addEventListener("storage", () => {
        readKept();
        showTheme();
        showSettings();
    });
};
