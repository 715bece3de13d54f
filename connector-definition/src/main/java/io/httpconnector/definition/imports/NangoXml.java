package io.httpconnector.definition.imports;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes the XML body of a login of Nango, whose attributes are members that begin with a dollar sign. */
final class NangoXml {

    private final StringBuilder xml = new StringBuilder();
    private final Supplier<NangoText> text;

    private NangoXml(Supplier<NangoText> text) {
        this.text = text;
    }

    static String write(CatalogueItem body, Supplier<NangoText> text) {
        NangoXml writer = new NangoXml(text);
        body.members().forEach((name, value) -> writer.element(name, value, ""));
        return writer.xml.toString().strip();
    }

    private void element(String name, CatalogueItem value, String indent) {
        if (value.node().isArray()) {
            value.elements().forEach(element -> element(name, element, indent));
            return;
        }
        if (name.startsWith("?")) {
            xml.append(indent).append('<').append(name);
            attributes(value);
            xml.append("?>\n");
            return;
        }
        xml.append(indent).append('<').append(name);
        if (!value.node().isObject()) {
            xml.append('>').append(content(value)).append("</").append(name).append(">\n");
            return;
        }
        attributes(value);
        CatalogueItem content = value.at("#text");
        xml.append('>').append(content.exists() ? content(content) : "\n");
        value.members().forEach((member, child) -> {
            if (!member.startsWith("$") && !member.equals("#text")) {
                element(member, child, indent + "  ");
            }
        });
        xml.append(content.exists() ? "" : indent).append("</").append(name).append(">\n");
    }

    private void attributes(CatalogueItem value) {
        value.members().forEach((name, attribute) -> {
            if (name.startsWith("$")) {
                xml.append(' ')
                        .append(name.substring(1))
                        .append("=\"")
                        .append(content(attribute))
                        .append('"');
            }
        });
    }

    private String content(CatalogueItem value) {
        @Nullable String translated = text.get().translate(value);
        return translated == null ? "" : escaped(translated);
    }

    /** Escapes the literal parts; the values of pills are escaped when the request is created. */
    private static String escaped(String template) {
        StringBuilder escaped = new StringBuilder();
        int at = 0;
        for (int start = template.indexOf("{{"); start >= 0; start = template.indexOf("{{", at)) {
            int end = template.indexOf("}}", start);
            if (end < 0) {
                break;
            }
            escaped.append(literal(template.substring(at, start))).append(template, start, end + 2);
            at = end + 2;
        }
        return escaped.append(literal(template.substring(at))).toString();
    }

    private static String literal(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
