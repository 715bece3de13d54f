package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The type {@code hmac}: an HMAC signature. Its texts also have the placeholders of {@link HmacAuth}. */
final class HmacType {

    static final AuthType TYPE = AuthType.reading("hmac", HmacType::read);

    private static final Set<String> SIGNATURES = Set.of("signature", "signatureBase64");

    /** The placeholders of computed values. */
    static final Set<String> SENT =
            Stream.of(AttemptValues.NAMES, SIGNATURES).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private HmacType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        // "algorithm": The algorithm of the HMAC.
        String algorithm = members.requiredOneOf(
                "algorithm", List.of("HmacSHA256", "HmacSHA512", "HmacSHA384", "HmacSHA1", "HmacMD5"));
        // "key": The key.
        FieldText key = members.requiredSecret("key");
        // "keyEncoding": The encoding of the key. Default: UTF-8 text.
        String encoding = reader.oneOf("keyEncoding", List.of("base64", "hex"));
        // "keyDerivation": Texts from which the signing key is derived: the first one is signed by the key, and each
        // result is the key of the next text.
        List<FieldText> derivation = members.with(AttemptValues.NAMES_OF_TIME).list("keyDerivation");
        // "signatures": Further texts that are signed by the same key, by name: the template, header fields and
        // parameters may contain `{{name}}` (hexadecimal) and `{{nameBase64}}`.
        Map<String, FieldText> signatures = members.with(AttemptValues.NAMES).texts("signatures", true);
        Set<String> signed = new TreeSet<>(AttemptValues.NAMES);
        signatures.keySet().forEach(name -> signed.addAll(List.of(name, name + "Base64")));
        // "template": The signed text, with the placeholders of the request: `method`, `url`, `host`, `path`, `query`,
        // `queryCanonical`, `queryConcatenated`, `target`, `type`, `body`, `bodySha256Hex`, `bodySha256Base64`,
        // `bodyMd5Base64`, `time`, `timeMillis`, `timeIso`, `timeHttp` and `nonce`.
        FieldText template = members.with(signed).requiredSecret("template");
        Map<String, FieldText> computed = members.computedPerAttempt();
        Set<String> all = new TreeSet<>(signed);
        all.addAll(SIGNATURES);
        // "headers": Header fields by name, with the placeholders of the template, and `signature` (hexadecimal) or
        // `signatureBase64`.
        Map<String, FieldText> headers = members.with(all).headers("headers");
        // "query": Query parameters by name, with the same placeholders. The signature covers those without it.
        Map<String, FieldText> query = members.with(all).texts("query", true);
        // "bodyFields": Fields that are added to a JSON or form body, with the same placeholders. The signature covers
        // those without it.
        Map<String, FieldText> bodyFields = members.with(all).texts("bodyFields", true);
        if (Stream.of(headers, query, bodyFields)
                        .flatMap(texts -> texts.values().stream())
                        .noneMatch(text -> sendsSignature(text, computed))
                && !reader.isUnreliable("headers")
                && !reader.isUnreliable("query")
                && !reader.isUnreliable("bodyFields")) {
            reader.problem(
                    "headers",
                    "nothing sends the signature: use {{signature}} or {{signatureBase64}} in a value of headers,"
                            + " query or bodyFields");
        }
        return Recipe.of(Additions.NONE, values -> {
            HmacAuth hmac = HmacAuth.of(algorithm, values.requiredSecret(key), "", values.byPlaceholder())
                    .timeSource(values.timeSource());
            hmac = "base64".equals(encoding) ? hmac.keyIsBase64() : "hex".equals(encoding) ? hmac.keyIsHex() : hmac;
            hmac = hmac.deriveKey(
                    derivation.stream().map(text -> template(text, values)).toArray(String[]::new));
            for (Map.Entry<String, FieldText> text : computed.entrySet()) {
                hmac = each(
                        Map.of(FieldText.PREFIX + text.getKey(), text.getValue()), values, hmac, HmacAuth::computed);
            }
            hmac = each(signatures, values, hmac, HmacAuth::signature);
            hmac = withTemplate(hmac, template, values);
            hmac = each(bodyFields, values, hmac, HmacAuth::bodyField);
            hmac = each(query, values, hmac, HmacAuth::query);
            return each(headers, values, hmac, HmacAuth::header);
        });
    }

    private static HmacAuth withTemplate(HmacAuth hmac, FieldText template, FieldValues values) {
        try {
            return hmac.template(template(template, values));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> values.problem(template.pointer(), problem));
            return hmac;
        }
    }

    private interface TextSetter {
        HmacAuth set(HmacAuth hmac, String name, String text);
    }

    private static HmacAuth each(Map<String, FieldText> texts, FieldValues values, HmacAuth hmac, TextSetter setter) {
        HmacAuth all = hmac;
        for (Map.Entry<String, FieldText> text : texts.entrySet()) {
            if (values.canBeSent(text.getValue())) {
                all = setter.set(all, text.getKey(), text.getValue().pills().toString());
            }
        }
        return all;
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
