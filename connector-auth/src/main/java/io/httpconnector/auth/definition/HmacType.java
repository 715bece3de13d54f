package io.httpconnector.auth.definition;

import io.httpconnector.auth.HmacAuth;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The type {@code hmac}: an HMAC signature. Its texts also have the placeholders of {@link HmacAuth}. */
final class HmacType {

    static final AuthType TYPE = AuthType.reading("hmac", HmacType::read);

    private static final Set<String> PLACEHOLDERS = Set.of(
            "method",
            "url",
            "host",
            "path",
            "query",
            "target",
            "type",
            "body",
            "bodySha256Hex",
            "bodySha256Base64",
            "bodyMd5Base64",
            "time",
            "timeMillis",
            "timeIso",
            "timeHttp",
            "nonce");
    private static final Set<String> SIGNATURES = Set.of("signature", "signatureBase64");

    private HmacType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        String algorithm = members.requiredOneOf(
                "algorithm", List.of("HmacSHA256", "HmacSHA384", "HmacSHA512", "HmacSHA1", "HmacMD5"));
        FieldText key = members.requiredSecret("key");
        String encoding = reader.oneOf("keyEncoding", List.of("base64", "hex"));
        FieldText template =
                Objects.requireNonNull(members.with(PLACEHOLDERS).requiredSecret("template"), "a placeholder at least");
        Set<String> sent = new TreeSet<>(PLACEHOLDERS);
        sent.addAll(SIGNATURES);
        Map<String, FieldText> headers = members.with(sent).headers("headers");
        Map<String, FieldText> query = members.with(sent).texts("query", true);
        if (Stream.of(headers, query)
                        .flatMap(texts -> texts.values().stream())
                        .noneMatch(text -> text.pills().names().stream().anyMatch(SIGNATURES::contains))
                && !reader.isUnreliable("headers")
                && !reader.isUnreliable("query")) {
            reader.problem(
                    "headers",
                    "nothing sends the signature: use {{signature}} or {{signatureBase64}} in a value of headers or"
                            + " query");
        }
        return Recipe.of(Additions.NONE, values -> {
            HmacAuth hmac = HmacAuth.of(
                    algorithm, values.requiredSecret(key), template(template, values), values.byPlaceholder());
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

    private static String template(FieldText template, FieldValues values) {
        if (!values.canBeSent(template)) {
            values.problem(template.pointer(), "a field is empty: add | default('') to its placeholder");
        }
        return template.pills().toString();
    }
}
