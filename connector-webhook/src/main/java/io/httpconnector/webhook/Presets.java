package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.SignatureVerifier.Service;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 *
 * The signature schemes of well-known services, as data, and further facts about each service.
 *
 * <p>{@code mediaTypes} lists the media types of the bodies (JSON by default), because {@code Content-Type} is not signed. {@code
 * bodiesAreUnique} means that two events never have the same body, so that a retry is recognised even if it was signed at another
 * time.
 */
final class Presets {

    private static final JsonNode ALL = load();

    private Presets() {}

    private static JsonNode load() {
        try (InputStream in = Presets.class.getResourceAsStream("presets.json")) {
            if (in == null) {
                throw new IllegalStateException("presets.json is missing: the jar is incomplete");
            }
            return JsonSupport.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        ALL.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The signature scheme of the service. */
    static ObjectNode definition(String name) {
        ObjectNode definition = preset(name).deepCopy();
        definition.remove(List.of("mediaTypes", "bodiesAreUnique"));
        return definition;
    }

    private static JsonNode preset(String name) {
        if (name == null || !ALL.has(name)) {
            throw new InvalidDefinitionException(
                    "signature", List.of("there is no preset " + name + ": use one of " + names()));
        }
        return ALL.get(name);
    }

    private static Service service(String name) {
        List<MediaType> mediaTypes = new ArrayList<>();
        preset(name).path("mediaTypes").forEach(type -> mediaTypes.add(MediaType.defined(type.asText())));
        return new Service(
                mediaTypes.isEmpty() ? List.of(MediaType.JSON) : List.copyOf(mediaTypes),
                preset(name).path("bodiesAreUnique").asBoolean(),
                name.equals("github") ? GitHubEvents::type : null);
    }

    static Verifier of(String name, List<Secret> secrets) {
        JsonNode definition = definition(name);
        if (definition.has("token")) {
            return new TokenVerifier(
                    ValueSelector.fromJson(definition.get("token")),
                    secrets,
                    ValueSelector.fromJson(definition.get("eventId")),
                    ValueSelector.fromJson(definition.get("eventType")),
                    MediaType.JSON.name());
        }
        if (!SignatureBuilder.isAsymmetric(definition.get("algorithm").asText())) {
            return build(SignatureBuilder.fromJson(definition, secrets, null), name);
        }
        String prefix = definition.path("secretPrefix").asText();
        PublicKeys keys = PublicKeys.fixed(secrets.stream()
                .map(secret -> secret == null ? "" : secret.reveal())
                .map(text -> text.startsWith(prefix) ? text.substring(prefix.length()) : text)
                .toArray(String[]::new));
        return build(SignatureBuilder.fromJson(definition, List.of(), keys), name);
    }

    private static Verifier build(SignatureBuilder builder, String name) {
        return builder.buildWithWarnings().withService(service(name));
    }
}
