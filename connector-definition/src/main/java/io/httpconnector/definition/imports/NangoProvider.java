package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts a provider of Nango to a connector document. Not thread-safe. */
final class NangoProvider {

    private static final String OF_NANGO = "it belongs to the application of Nango, not to the service";
    private static final Pattern FIELD = Pattern.compile("(?:\\{\\{|[(,])\\s*auth\\.([\\w-]+)");

    private final String name;
    private final NoteCollector notes;

    /** The provider in the catalogue. */
    final CatalogueItem item;

    /** The form. */
    final NangoFields fields;

    /** The member {@code connection} of the document. */
    final ObjectNode connection = JsonNodeFactory.instance.objectNode();

    NangoProvider(String name, CatalogueItem item, NoteCollector notes) {
        this.name = name;
        this.item = item;
        this.notes = notes;
        this.fields = new NangoFields(item, item.text("auth_mode", "").matches("OAUTH2.*|MCP_OAUTH2.*|CUSTOM"));
    }

    ImportedConnector convert() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("connector", 1).put("id", id(name)).put("version", "1.0.0");
        document.put("title", title());
        String documentation = item.text("docs");
        if (documentation != null) {
            document.put("documentation", documentation);
        }
        item.ignore(
                OF_NANGO,
                "categories",
                "docs_connect",
                "setup_guide_url",
                "installation",
                "webhook_routing_script",
                "webhook_user_defined_secret",
                "webhook_allowed_query_params",
                "available_scopes",
                "connection_configuration");
        item.ignore(
                "it is code of Nango; the values that it looks up are inputs",
                "post_connection_script",
                "pre_connection_deletion_script",
                "credentials_verification_script");
        ObjectNode strategies = NangoAuth.strategies(this);
        NangoProxy proxy = new NangoProxy(this);
        proxy.convert(document);
        fields.ignoreUnused();
        item.at("alias");
        item.ignoreUnreadDefaults("the auth mode of this provider does not use it");
        item.reportUnread();
        ArrayNode inputs = fields.inputs();
        if (!inputs.isEmpty()) {
            document.set("inputs", inputs);
        }
        document.set("connection", connection);
        document.set("auth", strategies);
        ImportedConnector built = new ImportedConnector(document, notes.notes(), notes.ignored());
        try {
            ConnectorDefinition.of(document, ConnectorComponents.none());
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> item.note("the document is invalid: " + problem));
            return new ImportedConnector(document, notes.notes(), notes.ignored());
        }
        return built;
    }

    /** Returns a valid ID. */
    static String id(String name) {
        String id = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        return id.isEmpty() ? "connector" : id.substring(0, Math.min(63, id.length()));
    }

    private String title() {
        String title = item.text("display_name", name);
        return title.isBlank() ? name : title;
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
        alternatives.forEach(alternative -> fieldsOf(alternative).forEach(fields::reveal));
        if (alternatives.size() > 1) {
            List<String> last = fieldsOf(alternatives.get(alternatives.size() - 1));
            alternatives.stream()
                    .limit(alternatives.size() - 1L)
                    .flatMap(alternative -> fieldsOf(alternative).stream())
                    .filter(field -> !last.contains(field))
                    .forEach(fields::makeOptional);
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            alternatives.forEach(all::add);
            return all;
        }
        return alternatives.isEmpty() ? null : JsonNodeFactory.instance.textNode(alternatives.get(0));
    }

    /** Returns the names of the fields in a text with pills. */
    static List<String> fieldsOf(String text) {
        return FIELD.matcher(text).results().map(match -> match.group(1)).toList();
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
            fieldsOf(url).forEach(fields::reveal);
            return;
        }
        request.put(urlMember, url.substring(0, question));
        fieldsOf(url.substring(0, question)).forEach(fields::reveal);
        for (String parameter : url.substring(question + 1).split("&", -1)) {
            Matcher pair = Pattern.compile("([^=]*)=?(.*)", Pattern.DOTALL).matcher(parameter);
            if (pair.matches() && !pair.group(1).isEmpty()) {
                request.withObject("/" + queryMember).put(pair.group(1), pair.group(2));
            }
        }
    }
}
