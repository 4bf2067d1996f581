// "On this page": the headings, without a script from elsewhere.
document.addEventListener("DOMContentLoaded", () => {
  const toc = document.getElementById("toc");
  if (!toc) return;
  const headings = document.querySelectorAll("main h2[id], main h3[id], main div.section[id] > h2, main section[id] > h2, main section[id] > h3");
  const list = document.createElement("ul");
  list.className = "list-unstyled";
  const seen = new Set();
  headings.forEach(heading => {
    const id = heading.id || heading.parentElement.id;
    if (seen.has(id) || toc.contains(heading)) return;
    seen.add(id);
    const item = document.createElement("li");
    item.className = heading.tagName === "H3" ? "ms-3" : "";
    const link = document.createElement("a");
    link.className = "nav-link";
    link.href = "#" + id;
    link.textContent = heading.textContent.trim();
    item.append(link);
    list.append(item);
  });
  if (list.children.length) toc.append(list); else toc.hidden = true;
});
