package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A provider of Nango and the parts of its document that several converters fill: the form and the connection. Not thread-safe. */
final class NangoProvider {

    /** The provider in the catalogue. */
    final CatalogueItem item;

    /** The form. */
    final NangoFields fields;

    /** The member {@code connection} of the document. */
    final ObjectNode connection = JsonNodeFactory.instance.objectNode();

    NangoProvider(CatalogueItem item) {
        this.item = item;
        this.fields = new NangoFields(item, item.text("auth_mode", "").matches("OAUTH2.*|MCP_OAUTH2.*|CUSTOM"));
    }

    /**
     * Translates a URL: a text, or an array of alternatives.
     *
     * @return null if there is none, or if it has a value without a counterpart, which is noted
     */
    @Nullable JsonNode url(CatalogueItem url, NangoScope scope) {
        String text = url.text();
        if (text == null) {
            return null;
        }
        ObjectNode computed = JsonNodeFactory.instance.objectNode();
        List<String> alternatives = new ArrayList<>();
        for (String alternative : text.split("\\s*\\|\\|\\s*", -1)) {
            String translated = scope.text(computed).translate(url, alternative.strip());
            if (translated != null) {
                alternatives.add(translated);
            }
        }
        alternatives.forEach(alternative -> NangoText.fieldsOf(alternative).forEach(fields::reveal));
        if (alternatives.size() > 1) {
            List<String> last = NangoText.fieldsOf(alternatives.get(alternatives.size() - 1));
            alternatives.stream()
                    .limit(alternatives.size() - 1L)
                    .flatMap(alternative -> NangoText.fieldsOf(alternative).stream())
                    .filter(field -> !last.contains(field))
                    .forEach(fields::makeOptional);
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            alternatives.forEach(all::add);
            return all;
        }
        return alternatives.isEmpty() ? null : JsonNodeFactory.instance.textNode(alternatives.get(0));
    }

    /**
     * Sets the URL of a request. Parameters with values are set apart, as they can be secrets there.
     *
     * @param urlMember the name of the member, such as {@code loginUrl}
     * @param queryMember the name of the member with the parameters
     */
    void requestUrl(ObjectNode request, String urlMember, String queryMember, JsonNode given) {
        if (given.isArray()) {
            request.set(urlMember, given);
            return;
        }
        String url = given.asText();
        int question = url.indexOf('?');
        if (question < 0 || !url.substring(question).contains("{{")) {
            request.put(urlMember, url);
            NangoText.fieldsOf(url).forEach(fields::reveal);
            return;
        }
        request.put(urlMember, url.substring(0, question));
        NangoText.fieldsOf(url.substring(0, question)).forEach(fields::reveal);
        for (String parameter : url.substring(question + 1).split("&", -1)) {
            Matcher pair = Pattern.compile("([^=]*)=?(.*)", Pattern.DOTALL).matcher(parameter);
            if (pair.matches() && !pair.group(1).isEmpty()) {
                request.withObject("/" + queryMember).put(pair.group(1), pair.group(2));
            }
        }
    }
}
