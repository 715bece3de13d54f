package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.SigningAuth;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The members of the types that sign requests: the signed texts, and those that are sent, with the placeholders of {@link
 * SigningAuth}. Immutable.
 */
record SigningMembers(
        FieldText template,
        Map<String, FieldText> computed,
        Map<String, FieldText> signatures,
        Map<String, FieldText> headers,
        Map<String, FieldText> query,
        Map<String, FieldText> bodyFields) {

    private static final Set<String> SIGNATURES = Set.of("signature", "signatureBase64");

    /** The placeholders of computed values. */
    static final Set<String> SENT =
            Stream.of(AttemptValues.NAMES, SIGNATURES).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    static SigningMembers read(Members members) {
        JsonObjectReader reader = members.reader();
        // "signatures": Further texts that are signed by the same key, by name: the template, header fields and
        // parameters may contain `{{name}}` (hexadecimal) and `{{nameBase64}}`.
        Map<String, FieldText> signatures = members.with(AttemptValues.NAMES).texts("signatures", true);
        Set<String> signed = new TreeSet<>(AttemptValues.NAMES);
        signatures.keySet().forEach(name -> signed.addAll(List.of(name, name + "Base64")));
        // "template": The signed text, with the placeholders of the request: `method`, `url`, `scheme`, `host`, `path`,
        // `query`, `queryCanonical`, `queryConcatenated`, `target`, `type`, `body`, `bodySha256Hex`,
        // `bodySha256Base64`, `bodyMd5Base64`, `time`, `timeMillis`, `timeIso`, `timeHttp`, `nonce`, `header.Name` for
        // a header field, and for the filter `pairs` the sorted lists `parameters`, `queryParameters` and
        // `bodyParameters`.
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
        return new SigningMembers(template, computed, signatures, headers, query, bodyFields);
    }

    private static boolean sendsSignature(FieldText text, Map<String, FieldText> computed) {
        return text.pills().names().stream().anyMatch(SIGNATURES::contains)
                || text.fields().stream()
                        .map(computed::get)
                        .anyMatch(inner -> inner != null && sendsSignature(inner, Map.of()));
    }

    /** Sets the texts of a strategy. */
    <S extends SigningAuth<S>> S build(S auth, FieldValues values) {
        S all = auth;
        for (Map.Entry<String, FieldText> text : computed.entrySet()) {
            all = each(Map.of(FieldText.PREFIX + text.getKey(), text.getValue()), values, all, SigningAuth::computed);
        }
        all = each(signatures, values, all, SigningAuth::signature);
        all = withTemplate(all, values);
        all = each(bodyFields, values, all, SigningAuth::bodyField);
        all = each(query, values, all, SigningAuth::query);
        return each(headers, values, all, SigningAuth::header);
    }

    private <S extends SigningAuth<S>> S withTemplate(S auth, FieldValues values) {
        try {
            return auth.template(text(template, values));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> values.problem(template.pointer(), problem));
            return auth;
        }
    }

    private interface TextSetter<S> {
        S set(S auth, String name, String text);
    }

    private static <S> S each(Map<String, FieldText> texts, FieldValues values, S auth, TextSetter<S> setter) {
        S all = auth;
        for (Map.Entry<String, FieldText> text : texts.entrySet()) {
            if (values.canBeSent(text.getValue())) {
                all = setter.set(all, text.getKey(), text.getValue().pills().toString());
            }
        }
        return all;
    }

    /** Returns a text that can't be omitted. */
    static String text(FieldText text, FieldValues values) {
        if (!values.canBeSent(text)) {
            values.problem(text.pointer(), "a field is empty: add | default('') to its placeholder");
        }
        return text.pills().toString();
    }
}
