/**
 * Importers of connector documents from catalogues of other projects. Start with {@link
 * io.httpconnector.definition.imports.ConnectorImporter}.
 */
@NullMarked
package io.httpconnector.definition.imports;

import org.jspecify.annotations.NullMarked;
