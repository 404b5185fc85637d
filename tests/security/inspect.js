// What a payload has left in the page that is more than text; the list is empty where all of it stayed text.
(root, sink) => {
  const MARK = /z\d{3}[a-z]+z/;
  const ALONE = /^\s*z\d{3}[a-z]+z\s*$/;
  const MADE_BY_PAYLOADS = "script,iframe,object,embed,base,link,meta,style,form,video,img,math,mglyph,mtext,animate,b,u";
  const ADDRESSES = ["href", "src", "srcset", "action", "formaction", "data", "poster", "background", "xlink:href", "ping"];
  const found = [];
  const tell = (element, what) => found.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  for (const element of root.querySelectorAll("*")) {
    const ours = !MARK.test(element.outerHTML);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) tell(element, "handler");
      if (name === "srcdoc") tell(element, "document");
      if (name === "style" && (value.includes(sink) || /url\(|position:\s*fixed|color:\s*red/.test(value)) && !ours) tell(element, "style");
      if (!ADDRESSES.includes(name)) continue;
      let address = null;
      try { address = new URL(value, location.href); } catch (error) { continue; }
      const here = address.origin === location.origin || (address.protocol === "data:" && element.tagName === "LINK");
      if (!here && !(address.protocol === "blob:")) tell(element, "live link");
    }
    if (!ours && !element.closest("svg") && element.matches(MADE_BY_PAYLOADS)) tell(element, "markup");
    if (element.matches("i,a,summary,button,tspan") && ALONE.test(element.textContent) && element.dataset.mark === undefined)
      tell(element, "markup");
  }
  for (const element of root.querySelectorAll("svg a, svg tspan[style*='red'], svg script, svg image")) tell(element, "markup in a figure");
  return found;
}
