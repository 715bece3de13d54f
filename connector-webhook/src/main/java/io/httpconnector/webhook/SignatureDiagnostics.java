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
import io.httpconnector.webhook.VerificationResult.RejectionReason;
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

/** Diagnoses why a signature is invalid, by trying common causes. Never reveals secrets. */
final class SignatureDiagnostics {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final int MAX_DECOMPRESSED = 16 * 1024 * 1024;

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
        if (verdict.reason() == RejectionReason.TIMESTAMP_EXPIRED) {
            hints.hints.add("check the clock of this host: its time is " + now);
            hints.hints.add("a recorded request, or one that was held in a queue, is too old when it is sent again");
        } else if (verdict.reason() == RejectionReason.NO_KEY) {
            hints.hints.add("set publicUrl(...) to the URL registered at the service, or use a WebhookRouter");
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
                            ? "the body looks exactly like the output of a JSON library: pass the bytes as received, not JSON that was parsed and "
                                    + "serialised again"
                            : "the secret may be that of another endpoint or environment");
        }
    }

    /** The difference between Content-Length and the actual length of the body, if any. */
    static Optional<String> length(WebhookRequest request) {
        int length = request.body().length;
        return request.header("Content-Length")
                .filter(declared -> !declared.equals(Integer.toString(length)))
                .map(declared ->
                        "Content-Length says " + Texts.visible(declared) + " bytes, but the body has " + length + ": "
                                + (length == 0
                                        ? "the body was consumed before the receiver got it"
                                        : "the body was changed in transit"));
    }

    private void length() {
        length(request).ifPresent(hint -> {
            hints.add(hint);
            if (request.body().length == 0) {
                hints.add(BodyLength.ADVICE);
            }
        });
        int length = request.body().length;
        boolean gzip = request.header("Content-Encoding")
                .filter("gzip"::equalsIgnoreCase)
                .isPresent();
        boolean packed = length > 2 && request.body()[0] == (byte) 0x1f && request.body()[1] == (byte) 0x8b;
        if (packed && isDecompressedSigned()) {
            hints.add("the signature is valid for the decompressed body: use decompressed() for this service");
        }
        if (gzip && !packed) {
            hints.add(
                    "Content-Encoding is gzip, but the body is not compressed: the server has decompressed it, while the signature covers the compressed bytes");
        }
    }

    private boolean isDecompressedSigned() {
        try {
            byte[] body = BodyParser.decompressIfGzip(request.body(), MAX_DECOMPRESSED);
            return isValid(() -> verifier, request.body(body));
        } catch (IOException e) {
            return false;
        }
    }

    /** Tries common modifications of a body. */
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
            variants.put("JSON with non-ASCII characters escaped", utf8(escaped(compact)));
        } catch (IOException e) {
            // The body is not JSON.
        }
        variants.forEach((how, body) -> {
            if (isValid(() -> verifier, request.body(body))) {
                hints.add("the signature is valid for the body with " + how
                        + ": the body was parsed and serialised again, pass the bytes as received");
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
            if (isValid(() -> verifier.with(List.of(other), null), request)) {
                hints.add("the request is signed by secret " + (i + 1)
                        + " of those passed to explain: the receiver uses another secret, or an old one");
            }
        }
        for (Secret secret : verifier.sharedSecrets()) {
            if (!secret.reveal().equals(secret.reveal().strip())
                    && isValid(() -> verifier.with(List.of(secret.map(String::strip)), null), request)) {
                hints.add("the secret starts or ends with white space: without it, the signature is valid");
            }
            for (String encoding : List.of("utf8", "hex", "base64")) {
                if (!encoding.equals(verifier.secretEncoding())
                        && isValid(() -> verifier.with(List.of(secret), encoding), request)) {
                    hints.add("the signature is valid if the secret is decoded as " + encoding);
                }
            }
        }
    }

    private void urls() {
        String url = request.publicUrlOrNull();
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
            if (isValid(() -> verifier, request.publicUrl(candidate))) {
                hints.add("the signature is valid for a URL that differs in scheme, host, path or trailing slash: "
                        + "set publicUrl(...) to exactly the URL registered at the service");
                return;
            }
        }
    }

    private void presets() {
        TreeSet<String> present = new TreeSet<>();
        TreeSet<String> matching = new TreeSet<>();
        for (SignaturePreset preset : Presets.all()) {
            JsonNode definition = preset.definition();
            boolean there = definition.has("signature")
                    && !BodyParser.unverifiedValues(
                                    ValueSelector.fromJson(
                                            definition.get("signature").get(0)),
                                    request)
                            .isEmpty();
            if (there) {
                present.add(preset.name());
                if (!verifier.isOf(definition) && matches(definition)) {
                    matching.add(preset.name());
                }
            }
        }
        if (!matching.isEmpty()) {
            hints.add("the same secret matches another preset: " + String.join(", ", matching));
        } else if (!present.isEmpty() && !verifier.isPresent(request)) {
            hints.add("the request has a signature like those of these presets: " + String.join(", ", present));
        } else if (!verifier.isPresent(request)) {
            hints.add(
                    "check that a secret is configured at the service: without one, many services send no signature; also, a proxy may drop header fields");
        }
    }

    private boolean matches(JsonNode definition) {
        return !verifier.sharedSecrets().isEmpty()
                && isValid(
                        () -> SignatureDefinitionCodec.read(definition, verifier.sharedSecrets(), null)
                                .buildVerifier(),
                        request);
    }

    private static boolean isValid(Supplier<SignatureVerifier> verifier, WebhookRequest request) {
        try {
            return verifier.get().isValid(request);
        } catch (InvalidDefinitionException e) {
            // The secret is not valid for this scheme.
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
