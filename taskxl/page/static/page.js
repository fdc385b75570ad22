// The page's only script: the heartbeat, what is dropped, and asking again for what takes a while.
(() => {
  "use strict";
  const body = document.body;
  const beat = async () => {
    try {
      const answer = await fetch(body.dataset.alive, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      document.querySelector(".ended").hidden = false;
    }
  };
  beat();
  setInterval(beat, 15000);

  for (const one of document.querySelectorAll("[data-again]")) {
    setTimeout(() => {
      // Not while somebody is at something: a half-typed word must not be lost.
      const at = document.activeElement;
      if (!at || !at.closest("form, details[open]")) location.reload();
    }, Number(one.dataset.again));
  }

  for (const select of document.querySelectorAll("select[data-go]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "已复制";
      } catch {
        button.textContent = "复制不了，请选中文字再复制";
      }
    });
  }

  const walk = async (entry, path, found) => {
    if (entry.isFile) {
      const file = await new Promise((good, bad) => entry.file(good, bad));
      found.push([file, path + file.name]);
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((good, bad) => reader.readEntries(good, bad));
      if (!some.length) return;
      for (const inner of some) await walk(inner, path + entry.name + "/", found);
    }
  };

  const send = (zone, form, files) => {
    if (zone.dataset.sending) return;
    zone.dataset.sending = "1";
    const going = zone.querySelector(".going") || zone.appendChild(document.createElement("p"));
    going.className = "going";
    going.hidden = false;
    const data = new FormData();
    data.append("csrf", body.dataset.csrf);
    for (const [file, name] of files) {
      data.append("files", file, name);
      data.append("times", String(Math.trunc(file.lastModified)));
    }
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Wants", "address");
    request.upload.onprogress = (event) => {
      going.textContent = `正在收 ${files.length} 个文件：${Math.round((100 * event.loaded) / event.total)} %`;
    };
    request.onload = () => {
      delete zone.dataset.sending;
      if (request.status === 200) location.assign(request.responseText);
      else going.textContent = request.responseText.startsWith("<") ? "没有收下。请刷新后再试一次。" : request.responseText;
    };
    request.onerror = () => { delete zone.dataset.sending; going.textContent = "没有收下：文件太大，或者页面已经结束。请分几次拖入。"; };
    request.send(data);
  };

  // The browser's own button speaks the browser's language; this one says what was chosen, too.
  for (const input of document.querySelectorAll(".drop input[type=file]")) {
    const face = document.createElement("span");
    const chosen = document.createElement("span");
    face.className = "button";
    face.textContent = "选择文件";
    chosen.className = "none";
    input.classList.add("hidden");
    input.after(face, " ", chosen);
    input.addEventListener("change", () => {
      const files = input.files;
      chosen.textContent = files.length === 1 ? files[0].name : files.length ? `已选 ${files.length} 个` : "";
    });
  }

  for (const zone of document.querySelectorAll("[data-drop]")) {
    const form = zone.querySelector("form");
    form.addEventListener("submit", (event) => {
      const chosen = [...form.querySelector("input[type=file]").files].map((file) => [file, file.name]);
      if (!chosen.length) return;
      event.preventDefault();
      send(zone, form, chosen);
    });
    // What is only looked at needs no second click.
    if (zone.dataset.drop === "now") form.addEventListener("change", () => form.requestSubmit());
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const found = [];
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
      if (entries.length) for (const entry of entries) await walk(entry, "", found);
      else for (const file of event.dataTransfer.files) found.push([file, file.name]);
      if (found.length) send(zone, form, found);
    });
  }
  // A file dropped beside the zone must not take the page away.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
})();
