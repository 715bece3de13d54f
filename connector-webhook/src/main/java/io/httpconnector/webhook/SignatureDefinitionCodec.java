package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes the JSON of a {@link SignatureBuilder}: one member for each method of the builder. */
final class SignatureDefinitionCodec {

    private SignatureDefinitionCodec() {}

    /** Creates a builder from the output of {@link SignatureBuilder#toJson}. */
    static SignatureBuilder read(JsonNode json, List<Secret> secrets, @Nullable PublicKeys publicKeys) {
        return JsonObjectReader.read("signature", json, reader -> read(reader, secrets, publicKeys));
    }

    static SignatureBuilder read(JsonObjectReader reader, List<Secret> secrets, @Nullable PublicKeys publicKeys) {
        // "algorithm": The algorithm of an HMAC, such as `HmacSHA256`, or of a public-key signature.
        SignatureBuilder builder = new SignatureBuilder(reader.requiredText("algorithm"), secrets, publicKeys);
        builder.alternativeAlgorithms = reader.distinctTexts("alternativeAlgorithms");
        // "signature": The locations of the signature; if there are several, all are searched.
        builder.signatures = reader.objects("signature", ValueSelector::read);
        reader.text("encoding", builder::encoding);
        reader.text("secretEncoding", builder::secretEncoding);
        reader.text("secretPrefix", builder::secretPrefix);
        reader.text("key", builder::key);
        reader.text("content", builder::content);
        builder.sortedContent = reader.texts("sortedContent");
        builder.contentFilters = reader.texts("contentFilters");
        builder.fields = reader.object("fields", SignedFields::read);
        builder.signedHeaders = reader.object("signedHeaders", SignedHeaders::read);
        builder.encryption = reader.object("encrypted", BodyEncryption::read);
        builder.urlVariants = reader.isSet("urlVariants");
        builder.decompressed = reader.isSet("decompressed");
        reader.object("timestamp", ValueSelector::read, builder::timestamp);
        reader.text("timestampUnit", builder::timestampUnit);
        reader.duration("tolerance", builder::tolerance);
        reader.object("id", ValueSelector::read, builder::id);
        // "bodyHash": The location of a hash of the body, which is signed instead of the body.
        reader.object("bodyHash", ValueSelector::read, builder::bodyHash);
        // "bodyHashAlgorithm": The algorithm of the hash of the body. Default: SHA-256.
        reader.text("bodyHashAlgorithm", text -> builder.bodyHashAlgorithm = text);
        // "bodyHashEncoding": The encoding of the hash of the body. Default: `hex`.
        reader.text("bodyHashEncoding", text -> builder.bodyHashEncoding = text);
        builder.bodiesRepeat = reader.isSet("bodiesRepeat");
        builder.bodiesAreUnique = reader.isSet("bodiesAreUnique");
        reader.object("eventId", ValueSelector::read, builder::eventId);
        reader.object("eventType", ValueSelector::read, builder::eventType);
        return builder;
    }

    static ObjectNode toJson(SignatureBuilder builder) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("algorithm", builder.algorithm);
        builder.alternativeAlgorithms.forEach(json.withArray("/alternativeAlgorithms")::add);
        builder.signatures.forEach(location -> json.withArray("/signature").add(location.toJson()));
        json.put("encoding", builder.encoding);
        json.put("secretEncoding", builder.secretEncoding).put("secretPrefix", builder.secretPrefix);
        json.put("key", builder.key).put("content", builder.content);
        builder.sortedContent.forEach(json.withArray("/sortedContent")::add);
        if (!builder.contentFilters.isEmpty()) {
            builder.contentFilters.forEach(json.withArray("/contentFilters")::add);
        }
        if (builder.fields != null) {
            json.set("fields", builder.fields.toJson());
        }
        if (builder.signedHeaders != null) {
            json.set("signedHeaders", builder.signedHeaders.toJson());
        }
        if (builder.encryption != null) {
            json.set("encrypted", builder.encryption.toJson());
        }
        json.put("urlVariants", builder.urlVariants).put("decompressed", builder.decompressed);
        json.put("timestampUnit", builder.timeUnit);
        json.put("tolerance", String.valueOf(builder.tolerance));
        json.put("bodyHashAlgorithm", builder.bodyHashAlgorithm).put("bodyHashEncoding", builder.bodyHashEncoding);
        json.put("bodiesRepeat", builder.bodiesRepeat).put("bodiesAreUnique", builder.bodiesAreUnique);
        Map<String, @Nullable ValueSelector> selectors = new LinkedHashMap<>();
        selectors.put("timestamp", builder.timestamp);
        selectors.put("id", builder.id);
        selectors.put("bodyHash", builder.bodyHash);
        selectors.put("eventId", builder.eventId);
        selectors.put("eventType", builder.eventType);
        selectors.forEach((name, selector) -> {
            if (selector != null) {
                json.set(name, selector.toJson());
            }
        });
        return json;
    }
}
