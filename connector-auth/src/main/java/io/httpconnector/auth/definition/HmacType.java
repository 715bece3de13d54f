package io.httpconnector.auth.definition;

import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The type {@code hmac}: an HMAC signature. Its texts also have the placeholders of {@link HmacAuth}. */
final class HmacType {

    static final AuthType TYPE = AuthType.reading("hmac", HmacType::read);

    private static final Set<String> SIGNATURES = Set.of("signature", "signatureBase64");

    /** The placeholders of header fields, query parameters and computed values. */
    static final Set<String> SENT =
            Stream.of(AttemptValues.NAMES, SIGNATURES).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private HmacType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        // "algorithm": The algorithm of the HMAC.
        String algorithm = members.requiredOneOf(
                "algorithm", List.of("HmacSHA256", "HmacSHA384", "HmacSHA512", "HmacSHA1", "HmacMD5"));
        // "key": The key.
        FieldText key = members.requiredSecret("key");
        // "keyEncoding": The encoding of the key. Default: UTF-8 text.
        String encoding = reader.oneOf("keyEncoding", List.of("base64", "hex"));
        // "template": The signed text, with the placeholders of the request: `method`, `url`, `host`, `path`, `query`,
        // `target`, `type`, `body`, `bodySha256Hex`, `bodySha256Base64`, `bodyMd5Base64`, `time`, `timeMillis`,
        // `timeIso`, `timeHttp` and `nonce`.
        FieldText template = members.with(AttemptValues.NAMES).requiredSecret("template");
        Map<String, FieldText> computed = members.computedPerAttempt();
        template.fields().stream()
                .filter(computed::containsKey)
                .forEach(name -> reader.problem(
                        "template",
                        "{{auth." + name + "}} is computed for each request: write its text in the template itself"));
        // "headers": Header fields by name, with the placeholders of the template, and `signature` (hexadecimal) or
        // `signatureBase64`.
        Map<String, FieldText> headers = members.with(SENT).headers("headers");
        // "query": Query parameters by name, with the same placeholders.
        Map<String, FieldText> query = members.with(SENT).texts("query", true);
        if (Stream.of(headers, query)
                        .flatMap(texts -> texts.values().stream())
                        .noneMatch(text -> sendsSignature(text, computed))
                && !reader.isUnreliable("headers")
                && !reader.isUnreliable("query")) {
            reader.problem(
                    "headers",
                    "nothing sends the signature: use {{signature}} or {{signatureBase64}} in a value of headers or"
                            + " query");
        }
        return Recipe.of(Additions.NONE, values -> {
            HmacAuth hmac = HmacAuth.of(
                            algorithm, values.requiredSecret(key), template(template, values), values.byPlaceholder())
                    .timeSource(values.timeSource());
            for (Map.Entry<String, FieldText> text : computed.entrySet()) {
                hmac = values.canBeSent(text.getValue())
                        ? hmac.computed(
                                FieldText.PREFIX + text.getKey(),
                                text.getValue().pills().toString())
                        : hmac;
            }
            hmac = "base64".equals(encoding) ? hmac.keyIsBase64() : "hex".equals(encoding) ? hmac.keyIsHex() : hmac;
            for (Map.Entry<String, FieldText> header : headers.entrySet()) {
                hmac = values.canBeSent(header.getValue())
                        ? hmac.header(header.getKey(), header.getValue().pills().toString())
                        : hmac;
            }
            for (Map.Entry<String, FieldText> parameter : query.entrySet()) {
                hmac = values.canBeSent(parameter.getValue())
                        ? hmac.query(
                                parameter.getKey(), parameter.getValue().pills().toString())
                        : hmac;
            }
            return hmac;
        });
    }

    private static boolean sendsSignature(FieldText text, Map<String, FieldText> computed) {
        return text.pills().names().stream().anyMatch(SIGNATURES::contains)
                || text.fields().stream()
                        .map(computed::get)
                        .anyMatch(inner -> inner != null && sendsSignature(inner, Map.of()));
    }

    private static String template(FieldText template, FieldValues values) {
        if (!values.canBeSent(template)) {
            values.problem(template.pointer(), "a field is empty: add | default('') to its placeholder");
        }
        return template.pills().toString();
    }
}
