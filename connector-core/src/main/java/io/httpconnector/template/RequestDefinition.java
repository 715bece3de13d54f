package io.httpconnector.template;

import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The source of a {@link RequestTemplate}, independent of whether it was defined by a builder or in a file. */
record RequestDefinition(
        String name,
        String method,
        String url,
        List<String> hosts,
        List<PairDefinition> query,
        List<PairDefinition> headers,
        @Nullable BodyDefinition body,
        List<Integer> accept,
        @Nullable Duration timeout,
        boolean idempotent,
        List<ResponseRule> rules,
        @Nullable RetryPolicy retry,
        String open,
        String close) {

    /** A name and a value with pills. */
    record PairDefinition(
            String name, String value, @Nullable ListStyle style) {}

    /** The source of the body. */
    sealed interface BodyDefinition {

        /** JSON text. */
        record JsonBody(String json) implements BodyDefinition {}

        /** Fields of an HTML form. */
        record FormBody(List<PairDefinition> fields) implements BodyDefinition {}

        /** Parts of a multipart form, fields and files. */
        record MultipartBody(List<PartDefinition> parts) implements BodyDefinition {}

        /** An XML document. */
        record XmlBody(String xml) implements BodyDefinition {}

        /** Any other text. */
        record TextBody(String text, String contentType) implements BodyDefinition {}

        /**
         * A GraphQL query.
         *
         * @param query the document, without pills
         * @param variables the variables: a JSON object as text, with pills
         * @param operationName the name of the operation; null if the document has one
         * @param partialData whether a response with errors is accepted if it has data
         * @param persisted whether the hash of the query is sent in place of its text
         */
        record GraphQlBody(
                String query, String variables, @Nullable String operationName, boolean partialData, boolean persisted)
                implements BodyDefinition {}

        /** Bytes: a pill. */
        record BytesBody(String content, String contentType) implements BodyDefinition {}
    }

    /** A field, or a file when it has a file name. */
    record PartDefinition(
            PairDefinition field,
            @Nullable String fileName,
            @Nullable String contentType) {}
}
