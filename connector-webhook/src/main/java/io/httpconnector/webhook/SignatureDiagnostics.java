package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.VerificationResult.Reason;
import io.httpconnector.webhook.internal.BodyLength;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Finds out why a signature does not hold, by trying what usually goes wrong. Says nothing of the secrets. */
final class SignatureDiagnostics {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final SignatureVerifier verifier;
    private final WebhookRequest request;
    private final List<Secret> others;
    private final List<String> hints = new ArrayList<>();

    private SignatureDiagnostics(SignatureVerifier verifier, WebhookRequest request, List<Secret> others) {
        this.verifier = verifier;
        this.request = request;
        this.others = others;
    }

    static List<String> of(
            SignatureVerifier verifier,
            VerificationResult verdict,
            WebhookRequest request,
            Instant now,
            List<Secret> others) {
        SignatureDiagnostics hints = new SignatureDiagnostics(verifier, request, others);
        if (verdict.reason() == Reason.TIMESTAMP_EXPIRED) {
            hints.hints.add("is the clock of this machine right? It says " + now);
            hints.hints.add(
                    "a request that was recorded, or has waited in a queue, is too old when it is sent once more");
        } else if (verdict.reason() == Reason.NO_KEY) {
            hints.hints.add("set publicUrl(...) to the URL that was given to the service, or use a WebhookRouter");
        } else {
            hints.search();
        }
        return hints.hints;
    }

    private void search() {
        length();
        bodies();
        secrets();
        urls();
        presets();
        if (hints.isEmpty() && isJson()) {
            hints.add(
                    isCompact()
                            ? "the body looks exactly as a JSON library writes it: hand over the bytes that came, not JSON that was read and "
                                    + "written again"
                            : "the secret may be that of another endpoint or environment");
        }
    }

    /** What the header says of the length of the body, when that is not so. */
    static Optional<String> length(WebhookRequest request) {
        int length = request.body().length;
        return request.header("Content-Length")
                .filter(said -> !said.equals(Integer.toString(length)))
                .map(said -> "Content-Length says " + Texts.visible(said) + " bytes, and the body has " + length + ": "
                        + (length == 0
                                ? "something has read the body before"
                                : "the body was changed on its way here"));
    }

    private void length() {
        length(request).ifPresent(hint -> {
            hints.add(hint);
            if (request.body().length == 0) {
                hints.add(BodyLength.CAUSES);
            }
        });
        int length = request.body().length;
        boolean gzip = request.header("Content-Encoding")
                .filter("gzip"::equalsIgnoreCase)
                .isPresent();
        boolean packed = length > 2 && request.body()[0] == (byte) 0x1f && request.body()[1] == (byte) 0x8b;
        if (gzip && !packed) {
            hints.add(
                    "Content-Encoding says gzip, and the body is not packed: the server has unpacked it, the signature is on what came");
        }
    }

    /** The ways in which a body is usually written again. */
    private void bodies() {
        Map<String, byte[]> variants = new LinkedHashMap<>();
        String text = new String(request.body(), StandardCharsets.UTF_8);
        variants.put("a line break at its end", utf8(text + "\n"));
        variants.put("no white space around it", utf8(text.strip()));
        variants.put("line breaks as CR LF", utf8(text.replace("\r\n", "\n").replace("\n", "\r\n")));
        variants.put("line breaks as LF", utf8(text.replace("\r\n", "\n")));
        variants.put("a byte order mark at its beginning", utf8("\uFEFF" + text));
        try {
            JsonNode tree = BodyParser.json(request.body());
            String compact = tree.toString();
            variants.put("compact JSON", utf8(compact));
            variants.put("JSON with a space after each comma and colon", utf8(spaced(tree)));
            variants.put("JSON indented by two spaces", utf8(indented(tree, "  ")));
            variants.put("JSON indented by four spaces", utf8(indented(tree, "    ")));
            variants.put("JSON with escaped slashes", utf8(compact.replace("/", "\\/")));
            variants.put("JSON with other letters than ASCII escaped", utf8(escaped(compact)));
        } catch (IOException e) {
            // No JSON.
        }
        variants.forEach((how, body) -> {
            if (holds(() -> verifier, request.body(body))) {
                hints.add("the signature holds for the body with " + how
                        + ": something has read it and written it again, hand over the bytes that came");
            }
        });
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String spaced(JsonNode tree) {
        List<String> parts = new ArrayList<>();
        if (tree.isObject()) {
            tree.properties()
                    .forEach(field -> parts.add(TextNode.valueOf(field.getKey()) + ": " + spaced(field.getValue())));
            return "{" + String.join(", ", parts) + "}";
        }
        if (tree.isArray()) {
            tree.forEach(element -> parts.add(spaced(element)));
            return "[" + String.join(", ", parts) + "]";
        }
        return tree.toString();
    }

    private static String indented(JsonNode tree, String indent) throws JsonProcessingException {
        DefaultIndenter indenter = new DefaultIndenter(indent, "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return MAPPER.writer(printer).writeValueAsString(tree);
    }

    private static String escaped(String json) {
        StringBuilder ascii = new StringBuilder();
        json.chars().forEach(c -> ascii.append(c < 128 ? Character.toString(c) : String.format("\\u%04x", c)));
        return ascii.toString();
    }

    private void secrets() {
        for (int i = 0; i < others.size(); i++) {
            Secret other = others.get(i);
            if (holds(() -> verifier.with(List.of(other), null), request)) {
                hints.add("it is signed by secret " + (i + 1)
                        + " of those that explain was given: it is another one, or an old one");
            }
        }
        for (Secret secret : verifier.sharedSecrets()) {
            if (!secret.reveal().equals(secret.reveal().strip())
                    && holds(() -> verifier.with(List.of(secret.map(String::strip)), null), request)) {
                hints.add("the secret has a space or a line break at one end: without it the signature holds");
            }
            for (String encoding : List.of("utf8", "hex", "base64")) {
                if (!encoding.equals(verifier.secretEncoding())
                        && holds(() -> verifier.with(List.of(secret), encoding), request)) {
                    hints.add("the signature holds when the secret is read as " + encoding);
                }
            }
        }
    }

    private void urls() {
        String url = request.knownUrl();
        if (url == null || !verifier.signsUrl()) {
            return;
        }
        List<String> candidates = new ArrayList<>();
        candidates.add(url.endsWith("/") ? url.substring(0, url.length() - 1) : url + "/");
        candidates.add(url.startsWith("https:") ? "http" + url.substring(5) : "https" + url.substring(4));
        request.header("Host").ifPresent(host -> {
            candidates.add("https://" + host + request.path());
            candidates.add("http://" + host + request.path());
        });
        for (String candidate : candidates) {
            if (holds(() -> verifier, request.publicUrl(candidate))) {
                hints.add(
                        "the signature holds for the URL of another form, which differs in scheme, host, path or the slash at its end: "
                                + "set publicUrl(...) to exactly what was given to the service");
                return;
            }
        }
    }

    private void presets() {
        TreeSet<String> present = new TreeSet<>();
        TreeSet<String> matching = new TreeSet<>();
        for (String name : Presets.names()) {
            JsonNode definition = Presets.definition(name);
            boolean there = definition.has("signature")
                    && !BodyParser.untrusted(
                                    ValueSelector.fromJson(
                                            definition.get("signature").get(0)),
                                    request)
                            .isEmpty();
            if (there) {
                present.add(name);
                if (!verifier.isOf(definition) && matches(definition)) {
                    matching.add(name);
                }
            }
        }
        if (!matching.isEmpty()) {
            hints.add("the same secret matches another preset: " + String.join(", ", matching));
        } else if (!present.isEmpty() && !verifier.isPresent(request)) {
            hints.add("there is a signature such as these presets have: " + String.join(", ", present));
        } else if (!verifier.isPresent(request)) {
            hints.add(
                    "is a secret set at the service? Without one, many send no signature; and a proxy may drop header fields");
        }
    }

    private boolean matches(JsonNode definition) {
        return !verifier.sharedSecrets().isEmpty()
                && holds(
                        () -> SignatureBuilder.fromJson(definition, verifier.sharedSecrets(), null)
                                .verifier(),
                        request);
    }

    private static boolean holds(Supplier<SignatureVerifier> verifier, WebhookRequest request) {
        try {
            return verifier.get().holds(request);
        } catch (InvalidDefinitionException e) {
            // The secret is none for that one.
            return false;
        }
    }

    private boolean isJson() {
        try {
            return BodyParser.json(request.body()).isContainerNode();
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isCompact() {
        try {
            return BodyParser.json(request.body())
                    .toString()
                    .equals(new String(request.body(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return false;
        }
    }
}
