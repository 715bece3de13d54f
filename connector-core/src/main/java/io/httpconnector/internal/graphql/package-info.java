/** GraphQL over HTTP: documents, errors and cost budgets. */
@NullMarked
package io.httpconnector.internal.graphql;

import org.jspecify.annotations.NullMarked;
