package io.httpconnector.definition.imports;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types that components of Airbyte have without a member {@code type}. */
final class AirbyteTypes {

    private static final Map<String, String> BY_MEMBER = Map.ofEntries(
            Map.entry("AsyncRetriever.abort_requester", "HttpRequester"),
            Map.entry("AsyncRetriever.creation_requester", "HttpRequester"),
            Map.entry("AsyncRetriever.download_extractor", "DpathExtractor"),
            Map.entry("AsyncRetriever.download_requester", "HttpRequester"),
            Map.entry("AsyncRetriever.download_target_extractor", "DpathExtractor"),
            Map.entry("AsyncRetriever.polling_requester", "HttpRequester"),
            Map.entry("AsyncRetriever.record_selector", "RecordSelector"),
            Map.entry("AsyncRetriever.status_extractor", "DpathExtractor"),
            Map.entry("CompositeErrorHandler.error_handlers", "DefaultErrorHandler"),
            Map.entry("DatetimeBasedCursor.end_datetime", "MinMaxDatetime"),
            Map.entry("DatetimeBasedCursor.end_time_option", "RequestOption"),
            Map.entry("DatetimeBasedCursor.start_datetime", "MinMaxDatetime"),
            Map.entry("DatetimeBasedCursor.start_time_option", "RequestOption"),
            Map.entry("DeclarativeSource.streams", "DeclarativeStream"),
            Map.entry("DeclarativeStream.retriever", "SimpleRetriever"),
            Map.entry("DefaultErrorHandler.response_filters", "HttpResponseFilter"),
            Map.entry("DefaultPaginator.page_size_option", "RequestOption"),
            Map.entry("HttpRequester.error_handler", "DefaultErrorHandler"),
            Map.entry("ListPartitionRouter.request_option", "RequestOption"),
            Map.entry("ParentStreamConfig.request_option", "RequestOption"),
            Map.entry("ParentStreamConfig.stream", "DeclarativeStream"),
            Map.entry("RecordSelector.extractor", "DpathExtractor"),
            Map.entry("RecordSelector.record_filter", "RecordFilter"),
            Map.entry("SimpleRetriever.paginator", "NoPagination"),
            Map.entry("SimpleRetriever.record_selector", "RecordSelector"),
            Map.entry("SimpleRetriever.requester", "HttpRequester"),
            Map.entry("StateDelegatingStream.full_refresh_stream", "DeclarativeStream"),
            Map.entry("StateDelegatingStream.incremental_stream", "DeclarativeStream"),
            Map.entry("SubstreamPartitionRouter.parent_stream_configs", "ParentStreamConfig"),
            Map.entry("AddFields.fields", "AddedFieldDefinition"));

    private AirbyteTypes() {}

    /** Returns the type of the components in a member of another one; null if they have to name it. */
    static @Nullable String of(String type, String member) {
        return BY_MEMBER.get(type + "." + member);
    }
}
