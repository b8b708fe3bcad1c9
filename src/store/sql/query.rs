//! A statement with what is bound to it, and the rows that it gives.

use std::marker::PhantomData;
use std::sync::Arc;

use rusqlite::CachedStatement;
use rusqlite::types::{FromSql, ToSql, ToSqlOutput, Value};

use super::{Connection, Error, Pool, Reader, Writing};

/// A statement whose rows become `T`s, in a way that is told by `How`.
#[derive(Debug)]
pub struct Query<'q, T, How> {
    text: &'q str,
    values: Vec<Value>,
    unfit: Option<Error>,
    rows: PhantomData<fn() -> (T, How)>,
}

/// A statement whose columns are read by name.
pub fn query(text: &str) -> Query<'_, Row, Named> {
    Query::new(text)
}

/// A statement whose columns are read in their order, as a tuple.
pub fn query_as<T>(text: &str) -> Query<'_, T, InOrder>
where
    InOrder: Read<T>,
{
    Query::new(text)
}

/// A statement of which the first column is read.
pub fn query_scalar<T: FromSql>(text: &str) -> Query<'_, T, First> {
    Query::new(text)
}

/// What a statement did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    rows: u64,
    last: i64,
}

impl Done {
    /// Rows that it put, changed or removed.
    pub fn rows_affected(&self) -> u64 {
        self.rows
    }

    /// The number of the row that was put last.
    pub fn last_insert_rowid(&self) -> i64 {
        self.last
    }
}

impl<'q, T, How: Read<T>> Query<'q, T, How> {
    fn new(text: &'q str) -> Self {
        Self { text, values: Vec::new(), unfit: None, rows: PhantomData }
    }

    /// Binds the next value.
    pub fn bind(mut self, value: impl ToSql) -> Self {
        match value.to_sql() {
            Ok(ToSqlOutput::Borrowed(value)) => match value.try_into() {
                Ok(value) => self.values.push(value),
                Err(_) => self.unfit = Some(Error::InvalidQuery),
            },
            Ok(ToSqlOutput::Owned(value)) => self.values.push(value),
            Ok(_) => self.unfit = Some(Error::InvalidQuery),
            Err(why) => self.unfit = Some(why),
        }
        self
    }

    /// Runs it for what it does.
    pub async fn execute<'c>(self, place: impl Into<Place<'c>>) -> Result<Done, Error> {
        let mut place = place.into().writing().await;
        self.run(place.connection()?)
    }

    /// All rows.
    pub async fn fetch_all<'c>(self, place: impl Into<Place<'c>>) -> Result<Vec<T>, Error> {
        self.fetch(place, usize::MAX).await
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<'c>(self, place: impl Into<Place<'c>>) -> Result<Option<T>, Error> {
        Ok(self.fetch(place, 1).await?.pop())
    }

    /// The first row; an error where there is none.
    pub async fn fetch_one<'c>(self, place: impl Into<Place<'c>>) -> Result<T, Error> {
        self.fetch_optional(place).await?.ok_or(Error::QueryReturnedNoRows)
    }

    async fn fetch<'c>(self, place: impl Into<Place<'c>>, most: usize) -> Result<Vec<T>, Error> {
        let mut place = place.into().reading().await?;
        self.read(place.connection()?, most)
    }

    fn run(self, connection: &Connection) -> Result<Done, Error> {
        let mut statement = self.prepare(connection)?;
        // Some say what they did, as `PRAGMA` does.
        let rows = if statement.column_count() > 0 {
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            0
        } else {
            statement.raw_execute()?
        };
        Ok(Done { rows: rows as u64, last: connection.0.last_insert_rowid() })
    }

    fn read(self, connection: &Connection, most: usize) -> Result<Vec<T>, Error> {
        let mut statement = self.prepare(connection)?;
        let how = How::of(&statement);
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while all.len() < most
            && let Some(row) = rows.next()?
        {
            all.push(how.read(row)?);
        }
        Ok(all)
    }

    fn prepare(self, connection: &Connection) -> Result<CachedStatement<'_>, Error> {
        if let Some(why) = self.unfit {
            return Err(why);
        }
        let mut statement = connection.0.prepare_cached(self.text)?;
        for (place, value) in self.values.into_iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        Ok(statement)
    }
}

/// Where a statement runs.
#[derive(Debug)]
pub enum Place<'c> {
    /// In a transaction, or wherever its connection is.
    With(&'c mut Connection),
    /// By itself.
    Alone(&'c Pool),
}

impl<'c> From<&'c mut Connection> for Place<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::With(connection)
    }
}

impl<'c> From<&'c Pool> for Place<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Alone(pool)
    }
}

impl<'c> Place<'c> {
    async fn reading(self) -> Result<Entered<'c>, Error> {
        Ok(match self {
            Self::With(connection) => Entered::Lent(connection),
            Self::Alone(pool) => Entered::Reader(pool.acquire().await?),
        })
    }

    async fn writing(self) -> Entered<'c> {
        match self {
            Self::With(connection) => Entered::Lent(connection),
            Self::Alone(pool) => Entered::Writer(pool.alone().await),
        }
    }
}

/// A connection for the time of a statement.
#[derive(Debug)]
enum Entered<'c> {
    Lent(&'c mut Connection),
    Reader(Reader),
    Writer(Writing),
}

impl Entered<'_> {
    fn connection(&mut self) -> Result<&mut Connection, Error> {
        match self {
            Self::Lent(connection) => Ok(connection),
            Self::Reader(reader) => reader.connection(),
            Self::Writer(writing) => Ok(writing),
        }
    }
}

/// A way to read rows as `T`s.
pub trait Read<T> {
    /// What is read of a statement once.
    fn of(statement: &rusqlite::Statement<'_>) -> Self;
    /// Reads a row.
    fn read(&self, row: &rusqlite::Row<'_>) -> Result<T, Error>;
}

/// Reads the first column.
#[derive(Debug)]
pub struct First;

impl<T: FromSql> Read<T> for First {
    fn of(_: &rusqlite::Statement<'_>) -> Self {
        Self
    }

    fn read(&self, row: &rusqlite::Row<'_>) -> Result<T, Error> {
        row.get(0)
    }
}

/// Reads the columns in their order.
#[derive(Debug)]
pub struct InOrder;

macro_rules! tuple {
    ($($name:ident $place:literal),+) => {
        impl<$($name: FromSql),+> Read<($($name,)+)> for InOrder {
            fn of(_: &rusqlite::Statement<'_>) -> Self {
                Self
            }

            fn read(&self, row: &rusqlite::Row<'_>) -> Result<($($name,)+), Error> {
                Ok(($(row.get::<_, $name>($place)?,)+))
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);

/// Reads whole rows, whose columns have names.
#[derive(Debug)]
pub struct Named(Arc<[String]>);

impl Read<Row> for Named {
    fn of(statement: &rusqlite::Statement<'_>) -> Self {
        Self(statement.column_names().map(str::to_owned).collect())
    }

    fn read(&self, row: &rusqlite::Row<'_>) -> Result<Row, Error> {
        let values = (0..self.0.len()).map(|place| row.get::<_, Value>(place));
        Ok(Row { names: Arc::clone(&self.0), values: values.collect::<Result<_, _>>()? })
    }
}

/// A row by itself.
#[derive(Clone, Debug)]
pub struct Row {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    /// The value of a column.
    pub fn try_get<T: FromSql>(&self, name: &str) -> Result<T, Error> {
        let (place, value) = self.value(name)?;
        let unfit = |why| Error::FromSqlConversionFailure(place, value.data_type(), Box::new(why));
        T::column_result(value.into()).map_err(unfit)
    }

    /// The text of a column.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        let (place, value) = self.value(name)?;
        let unfit = || Error::InvalidColumnType(place, name.to_owned(), value.data_type());
        if let Value::Text(text) = value { Ok(text) } else { Err(unfit()) }
    }

    /// The bytes of a column.
    pub fn bytes(&self, name: &str) -> Result<&[u8], Error> {
        let (place, value) = self.value(name)?;
        let unfit = || Error::InvalidColumnType(place, name.to_owned(), value.data_type());
        if let Value::Blob(bytes) = value { Ok(bytes) } else { Err(unfit()) }
    }

    fn value(&self, name: &str) -> Result<(usize, &Value), Error> {
        let place = self.names.iter().position(|one| one == name);
        let found = place.and_then(|place| Some((place, self.values.get(place)?)));
        found.ok_or_else(|| Error::InvalidColumnName(name.to_owned()))
    }
}
