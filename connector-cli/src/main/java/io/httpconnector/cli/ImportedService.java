package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.cli.ImportedRequests.Remark;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name and base URL of the service to which imported requests belong. */
final class ImportedService {

    private static final Pattern ORIGIN = Pattern.compile("(?i)^https?://[^/?#\\s]+");

    private static final Pattern IN_COMMAND = Pattern.compile("(?i)(?<=[\\s'\"=])https?://[^/\\s'\"?#\\\\]+");

    private static final Pattern VARIABLE = Pattern.compile("\\{\\{([^{}]+)}}");

    private final ImportedRequests source;
    private final Set<String> origins = new LinkedHashSet<>();
    private final List<Remark> remarks = new ArrayList<>();

    ImportedService(ImportedRequests source) {
        this.source = source;
        switch (source.format()) {
            case OPENAPI -> openApi(source.tree());
            case POSTMAN -> postman(source.tree().path("item"));
            case HAR ->
                source.tree()
                        .at("/log/entries")
                        .forEach(entry -> origin(entry.at("/request/url").asText()));
            default -> {
                Matcher urls = IN_COMMAND.matcher(source.text());
                while (urls.find()) {
                    if (!isInHeader(source.text().substring(0, urls.start()))) {
                        origin(urls.group());
                    }
                }
            }
        }
        if (origins.size() > 1) {
            remarks.add(new Remark(
                    "",
                    "its requests go to several hosts: " + String.join(", ", origins)
                            + "; in the document, all go to the"
                            + " first one: create a document for each host, and choose the requests by "
                            + source.format().selector()));
        }
    }

    /** Whether a URL of a curl command is the value of a header field, by the text before it: it follows a colon in quotes. */
    private static boolean isInHeader(String before) {
        return before.matches("(?s).*[:,] ")
                && (before.chars().filter(each -> each == '\'').count() % 2 == 1
                        || before.chars().filter(each -> each == '"').count() % 2 == 1);
    }

    private void openApi(JsonNode document) {
        JsonNode server = document.path("servers").path(0);
        String url = server.path("url").asText("");
        for (Map.Entry<String, JsonNode> variable : server.path("variables").properties()) {
            url = url.replace(
                    "{" + variable.getKey() + "}",
                    variable.getValue().path("default").asText(""));
        }
        if (document.has("host")) {
            url = document.path("schemes").path(0).asText("https") + "://"
                    + document.path("host").asText();
        }
        origin(url);
    }

    private void postman(JsonNode items) {
        for (JsonNode item : items) {
            postman(item.path("item"));
            JsonNode url = item.path("request").isTextual() ? item.path("request") : item.at("/request/url");
            String raw = url.isTextual() ? url.asText() : url.path("raw").asText("");
            origin(VARIABLE.matcher(raw).replaceAll(match -> Matcher.quoteReplacement(variable(match.group(1)))));
        }
    }

    private String variable(String name) {
        for (JsonNode variable : source.tree().path("variable")) {
            if (variable.path("key").asText(variable.path("id").asText()).equals(name.strip())) {
                return variable.path("value").asText("");
            }
        }
        return "";
    }

    private void origin(String url) {
        Matcher origin = ORIGIN.matcher(url);
        if (!origin.find()) {
            return;
        }
        String found = origin.group();
        int user = found.indexOf('@');
        if (user >= 0) {
            remarks.add(
                    new Remark("", "the user and password in a URL are left out: configure the credentials in auth"));
            found = found.substring(0, found.indexOf("//") + 2) + found.substring(user + 1);
        }
        if (found.matches("[A-Za-z0-9:/.\\[\\]_-]+")) {
            origins.add(found.toLowerCase(Locale.ROOT));
        }
    }

    /** Returns scheme and host; empty if the source has none. */
    Optional<String> baseUrl() {
        return origins.stream().findFirst();
    }

    List<Remark> remarks() {
        return remarks;
    }

    /** Returns the title of the service: that of the source, or its host. */
    String title(@Nullable String fallback) {
        String title = source.tree()
                .at("/info/title")
                .asText(source.tree().at("/info/name").asText(""));
        return !title.isBlank()
                ? title.strip()
                : baseUrl().map(url -> url.replaceFirst("^https?://", "")).orElse(String.valueOf(fallback));
    }
}
